{{- /* The pod of a worker. Takes root, name and worker. */ -}}
{{- define "inventory-events.podSpec" -}}
{{- $root := .root -}}
{{- $worker := .worker -}}
serviceAccountName: {{ include "inventory-events.serviceAccountName" $root }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $worker.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
terminationGracePeriodSeconds: {{ include "inventory-events.graceSeconds" $worker }}
securityContext:
  {{- include "inventory-events.podSecurity" $root | nindent 2 }}
containers:
  {{- include "inventory-events.workerContainer" . | nindent 2 }}
volumes:
  {{- include "inventory-events.workerVolumes" . | nindent 2 }}
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
{{- with $worker.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $worker.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $worker.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "inventory-events.workerContainer" -}}
- name: service
  image: {{ include "inventory-events.image" .root }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args: [serve]
  securityContext:
    {{- include "inventory-events.containerSecurity" .root | nindent 4 }}
  envFrom:
    - configMapRef:
        name: {{ include "inventory-events.fullname" .root }}-{{ .name }}
  {{- $env := include "inventory-events.referencesEnv" .worker.secrets }}
  {{- if or (trim $env) .worker.env }}
  env:
    {{- with trim $env }}
    {{- . | nindent 4 }}
    {{- end }}
    {{- with .worker.env }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
  ports:
    - name: http
      containerPort: {{ include "inventory-events.port" .worker }}
  # Up once the registry, the topics and the store have answered.
  startupProbe:
    httpGet: { path: /livez, port: http }
    {{- toYaml .worker.probes.startup | nindent 4 }}
  # Ready once it has joined its group, with or without partitions; not while topics are too narrow.
  readinessProbe:
    httpGet: { path: /readyz, port: http }
    {{- toYaml .worker.probes.readiness | nindent 4 }}
  # Fails only when the loop is stuck; a broker that is away restarts nothing.
  livenessProbe:
    httpGet: { path: /livez, port: http }
    {{- toYaml .worker.probes.liveness | nindent 4 }}
  resources:
    {{- toYaml .worker.resources | nindent 4 }}
  volumeMounts:
    - name: tmp
      mountPath: /tmp
    {{- if trim (include "inventory-events.referencesSources" .worker.secrets) }}
    - name: references
      mountPath: /etc/inventory-events
      readOnly: true
    {{- end }}
    {{- if .worker.plugins.files }}
    - name: plugin-files
      mountPath: /plugins/files
      readOnly: true
    {{- end }}
    {{- if .worker.plugins.volume }}
    - name: plugin-volume
      mountPath: /plugins/volume
      readOnly: true
    {{- end }}
{{- end -}}

{{- define "inventory-events.workerVolumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- with trim (include "inventory-events.referencesSources" .worker.secrets) }}
- name: references
  projected:
    defaultMode: 0440
    sources:
      {{- . | nindent 6 }}
{{- end }}
{{- if .worker.plugins.files }}
- name: plugin-files
  configMap:
    name: {{ include "inventory-events.fullname" .root }}-{{ .name }}-plugins
{{- end }}
{{- with .worker.plugins.volume }}
- name: plugin-volume
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* Every setting of a worker as text by name, with what follows from its plugins. */ -}}
{{- define "inventory-events.workerSettings" -}}
{{- $modules := .worker.plugins.modules | default list -}}
{{- range $file, $_ := .worker.plugins.files -}}
{{- $modules = append $modules (printf "/plugins/files/%s" $file) -}}
{{- end -}}
{{- if not $modules -}}
{{- fail (printf "worker %s: expected a plugin in plugins.modules or plugins.files" .name) -}}
{{- end -}}
{{- include "inventory-events.settings" (merge (dict "PLUGINS" (join "," $modules)) .worker.config) -}}
{{- end -}}
