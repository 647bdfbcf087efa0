{{- /* Settings as strings by name. Numbers come from YAML as floats: 86400000 must not become 8.64e+07. */ -}}
{{- define "inventory-events.settings" -}}
{{- range $name, $value := . }}
{{- if kindIs "float64" $value }}
{{ $name }}: {{ int64 $value | toString | quote }}
{{- else }}
{{ $name }}: {{ toString $value | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* The same as a container's environment, for jobs that run before the ConfigMap exists. */ -}}
{{- define "inventory-events.settingsEnv" -}}
{{- range $name, $value := fromYaml (include "inventory-events.settings" .) }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- define "inventory-events.requireConnections" -}}
{{- $_ := required "config.KAFKA_BROKERS: required, expected host:port[,host:port...]" .KAFKA_BROKERS -}}
{{- $_ := required "config.SCHEMA_REGISTRY_URL: required, expected http(s)://host[:port][/path]" .SCHEMA_REGISTRY_URL -}}
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
