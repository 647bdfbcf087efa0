{{- /* The pod of a worker or of the gateway. Takes root, name and part. */ -}}
{{- define "inventory-events.podSpec" -}}
{{- $root := .root -}}
{{- $part := .part -}}
serviceAccountName: {{ include "inventory-events.serviceAccountName" $root }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $part.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
terminationGracePeriodSeconds: {{ include "inventory-events.graceSeconds" $part }}
securityContext:
  {{- include "inventory-events.podSecurity" $root | nindent 2 }}
containers:
  {{- include "inventory-events.partContainer" . | nindent 2 }}
volumes:
  {{- include "inventory-events.partVolumes" . | nindent 2 }}
topologySpreadConstraints:
  {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - topologyKey: {{ $key }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "inventory-events.selector" $root | nindent 8 }}
        app.kubernetes.io/component: {{ $.name }}
    matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- with $part.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $part.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $part.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "inventory-events.partContainer" -}}
- name: service
  image: {{ include "inventory-events.image" .root }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args: [{{ .part.command }}]
  securityContext:
    {{- include "inventory-events.containerSecurity" .root | nindent 4 }}
  envFrom:
    - configMapRef:
        name: {{ include "inventory-events.fullname" .root }}-{{ .name }}
  {{- $env := include "inventory-events.referencesEnv" .part.secrets }}
  {{- if or (trim $env) .part.env }}
  env:
    {{- with trim $env }}
    {{- . | nindent 4 }}
    {{- end }}
    {{- with .part.env }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
  ports:
    - name: http
      containerPort: {{ include "inventory-events.httpPort" .part }}
    {{- if eq .part.command "gateway" }}
    - name: events
      containerPort: {{ include "inventory-events.eventsPort" .part }}
    {{- end }}
  # Succeeds once the registry, the topics and the store are reachable.
  startupProbe:
    httpGet: { path: /livez, port: http }
    {{- toYaml .part.probes.startup | nindent 4 }}
  # Ready once it has joined its group, with or without partitions; not while a topic has too few partitions.
  # The gateway: while Kafka is available.
  readinessProbe:
    httpGet: { path: /readyz, port: http }
    {{- toYaml .part.probes.readiness | nindent 4 }}
  # Fails only when the fetch loop is stuck; unavailable brokers cause no restart.
  livenessProbe:
    httpGet: { path: /livez, port: http }
    {{- toYaml .part.probes.liveness | nindent 4 }}
  {{- if eq .part.command "gateway" }}
  # Requests arrive until every node knows that the pod is terminating, so keep serving until then.
  lifecycle:
    preStop:
      exec:
        command: [sleep, "5"]
  {{- end }}
  resources:
    {{- toYaml .part.resources | nindent 4 }}
  volumeMounts:
    - name: tmp
      mountPath: /tmp
    {{- if trim (include "inventory-events.referencesSources" .part.secrets) }}
    - name: references
      mountPath: /etc/inventory-events
      readOnly: true
    {{- end }}
    {{- if .part.plugins.files }}
    - name: plugin-files
      mountPath: /plugins/files
      readOnly: true
    {{- end }}
    {{- if .part.plugins.volume }}
    - name: plugin-volume
      mountPath: /plugins/volume
      readOnly: true
    {{- end }}
{{- end -}}

{{- define "inventory-events.partVolumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- with trim (include "inventory-events.referencesSources" .part.secrets) }}
- name: references
  projected:
    defaultMode: 0440
    sources:
      {{- . | nindent 6 }}
{{- end }}
{{- if .part.plugins.files }}
- name: plugin-files
  configMap:
    name: {{ include "inventory-events.fullname" .root }}-{{ .name }}-plugins
{{- end }}
{{- with .part.plugins.volume }}
- name: plugin-volume
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* Every setting as a string by name; for a worker including PLUGINS. */ -}}
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
{{- include "inventory-events.settings" (merge (dict "PLUGINS" (join "," $modules)) .part.config) -}}
{{- end -}}
{{- end -}}
