{{- /* Settings as strings by name. Numbers come from YAML as floats: 86400000 must not become 8.64e+07. */ -}}
{{- define "inventory-events.settings" -}}
{{- range $name, $value := . }}
{{ $name }}: {{ include "inventory-events.text" $value | quote }}
{{- end }}
{{- end -}}

{{- define "inventory-events.text" -}}
{{- kindIs "float64" . | ternary (int64 .) . | toString -}}
{{- end -}}

{{- /* The same as a container's environment, for jobs that run before the ConfigMap exists. */ -}}
{{- define "inventory-events.settingsEnv" -}}
{{- range $name, $value := fromYaml (include "inventory-events.settings" .) }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- /* Without a port, a NetworkPolicy would allow all ports. Takes name and config. */ -}}
{{- define "inventory-events.requireConnections" -}}
{{- $brokers := required "config.KAFKA_BROKERS: required, expected host:port[,host:port...]" .config.KAFKA_BROKERS -}}
{{- range splitList "," $brokers -}}
{{- if not (regexMatch ":[0-9]+$" (trim .)) -}}
{{- fail (printf "%s: config.KAFKA_BROKERS: expected host:port[,host:port...], got %q" $.name .) -}}
{{- end -}}
{{- end -}}
{{- $_ := required "config.SCHEMA_REGISTRY_URL: required, expected http(s)://host[:port][/path]" .config.SCHEMA_REGISTRY_URL -}}
{{- end -}}

{{- /* Settings by reference: a variable, or the path of a mounted file. */ -}}
{{- define "inventory-events.referencesEnv" -}}
{{- range $name, $reference := . }}
{{- if eq ($reference.as | default "file") "env" }}
- name: {{ $name }}
  valueFrom:
    {{- if $reference.existingSecret }}
    secretKeyRef:
      name: {{ $reference.existingSecret }}
    {{- else }}
    configMapKeyRef:
      name: {{ $reference.existingConfigMap }}
    {{- end }}
      key: {{ $reference.key }}
{{- else }}
- name: {{ $name }}_FILE
  value: /etc/inventory-events/{{ $name }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* The sources of the volume with the files of those references; empty if there are none. */ -}}
{{- define "inventory-events.referencesSources" -}}
{{- range $name, $reference := . }}
{{- if eq ($reference.as | default "file") "file" }}
- {{ if $reference.existingSecret }}secret{{ else }}configMap{{ end }}:
    name: {{ $reference.existingSecret | default $reference.existingConfigMap }}
    items:
      - key: {{ $reference.key }}
        path: {{ $name }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* Every setting of a part as a string by name; for a worker including PLUGINS and PLUGIN_SETTINGS. */ -}}
{{- define "inventory-events.partSettings" -}}
{{- if eq .part.command "gateway" -}}
{{- include "inventory-events.settings" .part.config -}}
{{- else -}}
{{- $modules := .part.plugins.modules | default list -}}
{{- range $file, $_ := .part.plugins.files -}}
{{- $modules = append $modules (printf "/plugins/files/%s" $file) -}}
{{- end -}}
{{- if not $modules -}}
{{- fail (printf "worker %s: expected a plugin in plugins.modules or plugins.files" .name) -}}
{{- end -}}
{{- $own := dict "PLUGINS" (join "," $modules) -}}
{{- with .part.plugins.settings -}}
{{- $_ := set $own "PLUGIN_SETTINGS" (toJson .) -}}
{{- end -}}
{{- include "inventory-events.settings" (merge $own .part.config) -}}
{{- end -}}
{{- end -}}
