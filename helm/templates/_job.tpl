{{- /* A job before an install or upgrade. Takes root, name, weight, config, secrets and args. */ -}}
{{- define "inventory-events.setupJob" -}}
{{- $part := fromYaml (include "inventory-events.setup" (dict "root" .root "secrets" .secrets)) -}}
apiVersion: batch/v1
kind: Job
{{ include "inventory-events.metadata" (dict "root" .root "suffix" .name "component" "setup" "own" $part "annotations" (dict
     "helm.sh/hook" "pre-install,pre-upgrade"
     "helm.sh/hook-weight" (toString .weight)
     "helm.sh/hook-delete-policy" "before-hook-creation,hook-succeeded"
   )) }}
spec:
  backoffLimit: 3
  activeDeadlineSeconds: {{ $part.timeoutSeconds }}
  template:
    {{- /* At the first install neither the release's own account nor its ConfigMaps exist. */}}
    {{- include "inventory-events.podTemplate" (dict
          "root" .root
          "part" $part
          "component" "setup"
          "containerName" "setup"
          "serviceAccountName" $part.serviceAccountName
          "settings" .config
          "container" (include "inventory-events.args" .args)
          "runsOnce" true
        ) | nindent 4 }}
{{- end -}}

{{- /* The values of pods that set up or test the release. Takes root and secrets. */ -}}
{{- define "inventory-events.setup" -}}
{{- $part := fromYaml (include "inventory-events.withPodValues" (dict "root" .root "part" .root.Values.setup)) -}}
{{- $_ := set $part "secrets" (.secrets | default dict) -}}
{{- toYaml $part -}}
{{- end -}}

{{- define "inventory-events.args" -}}
args:
  {{- range . }}
  - {{ include "inventory-events.text" . | quote }}
  {{- end }}
{{- end -}}
