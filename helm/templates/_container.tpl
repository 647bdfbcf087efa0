{{- /* The container of a pod, with its environment and what it mounts. Takes what podTemplate takes. */ -}}
{{- define "inventory-events.container" -}}
{{- $root := .root -}}
{{- $part := .part -}}
- name: {{ .containerName | default "service" }}
  image: {{ include "inventory-events.image" $root }}
  imagePullPolicy: {{ $root.Values.image.pullPolicy }}
  {{- .container | nindent 2 }}
  # Without a message of its own, "kubectl describe" shows the last lines that it logged: why it ended.
  terminationMessagePolicy: FallbackToLogsOnError
  {{- with $part.containerSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if or .configMap $part.envFrom }}
  envFrom:
    {{- with .configMap }}
    - configMapRef:
        name: {{ . }}
    {{- end }}
    {{- with $part.envFrom }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
  {{- with include "inventory-events.env" . | trim }}
  env:
    {{- . | nindent 4 }}
  {{- end }}
  resources:
    {{- toYaml $part.resources | nindent 4 }}
  volumeMounts:
    - name: tmp
      mountPath: /tmp
    {{- if trim (include "inventory-events.referencesSources" $part.secrets) }}
    - name: references
      mountPath: /etc/inventory-events
      readOnly: true
    {{- end }}
    {{- if ($part.plugins).files }}
    - name: plugin-files
      mountPath: /plugins/files
      readOnly: true
    {{- end }}
    {{- if ($part.plugins).volume }}
    - name: plugin-volume
      mountPath: /plugins/volume
      readOnly: true
    {{- end }}
    {{- with $part.volumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{- define "inventory-events.env" -}}
{{- include "inventory-events.settingsEnv" (.settings | default dict) }}
{{- include "inventory-events.referencesEnv" .part.secrets }}
{{- range .part.env }}
{{- if ne .name "NODE_OPTIONS" }}
- {{ toYaml . | nindent 2 | trim }}
{{- end }}
{{- end }}
{{- include "inventory-events.nodeOptions" .part }}
{{- end -}}

{{- /*
V8's heap gets half of the memory limit; the other half is for buffers, code and stacks. V8 on its own takes
256 MiB under any limit below that, and the kernel ends a leak before V8 can say why.
*/ -}}
{{- define "inventory-events.nodeOptions" -}}
{{- $options := dict "name" "NODE_OPTIONS" -}}
{{- range .env -}}{{- if eq .name "NODE_OPTIONS" -}}{{- $options = deepCopy . -}}{{- end -}}{{- end -}}
{{- $value := $options.value | default "" -}}
{{- $isOurs := not (or $options.valueFrom (contains "--max-old-space-size" $value)) -}}
{{- if and $isOurs (.resources.limits | default dict).memory -}}
{{- $_ := set $options "value" (printf "--max-old-space-size-percentage=50 %s" $value | trim) -}}
{{- end -}}
{{- if gt (len $options) 1 }}
- {{ toYaml $options | nindent 2 | trim }}
{{- end }}
{{- end -}}

{{- define "inventory-events.volumes" -}}
{{- $part := .part -}}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- with trim (include "inventory-events.referencesSources" $part.secrets) }}
- name: references
  projected:
    # Readable by whichever user the pod runs as: OpenShift picks one for each namespace.
    defaultMode: 0444
    sources:
      {{- . | nindent 6 }}
{{- end }}
{{- if ($part.plugins).files }}
- name: plugin-files
  configMap:
    name: {{ .configMap }}-plugins
{{- end }}
{{- with ($part.plugins).volume }}
- name: plugin-volume
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $part.volumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* Of a Deployment's container: its command, ports, probes and lifecycle. Takes the part. */ -}}
{{- define "inventory-events.servingContainer" -}}
{{- $probed := fromYaml (include "inventory-events.probed" .) -}}
args: [{{ .command }}]
ports:
  - name: {{ $probed.port }}
    containerPort: {{ $probed.portNumber | int }}
  {{- if eq .command "gateway" }}
  - name: events
    containerPort: {{ include "inventory-events.eventsPort" . }}
  {{- end }}
# Succeeds once the registry, the topics and the store are reachable.
startupProbe:
  httpGet: { path: /livez, port: {{ $probed.port }} }
  {{- toYaml .probes.startup | nindent 2 }}
# Ready once it has joined its group, with or without partitions; not while a topic has too few partitions.
# The gateway: while Kafka is available. The console: while it serves the page, which says what it can't read.
readinessProbe:
  httpGet: { path: {{ $probed.readyPath }}, port: {{ $probed.port }} }
  {{- toYaml .probes.readiness | nindent 2 }}
# Fails only when the fetch loop is stuck; unavailable brokers cause no restart.
livenessProbe:
  httpGet: { path: /livez, port: {{ $probed.port }} }
  {{- toYaml .probes.liveness | nindent 2 }}
{{- if .lifecycle }}
lifecycle:
  {{- toYaml .lifecycle | nindent 2 }}
{{- else if eq .command "gateway" }}
# Requests arrive until every node knows that the pod is terminating, so keep serving until then.
lifecycle:
  preStop:
    exec:
      command: [sleep, "5"]
{{- end }}
{{- end -}}
