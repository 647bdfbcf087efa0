{{- /*
The replicas of a workload: the number in values or, with an autoscaler, the current one. Without a number
Kubernetes would scale to one replica when an autoscaler is switched on. Empty where the cluster is not
read, as by "helm template". Takes root, name and part.
*/ -}}
{{- define "inventory-events.replicas" -}}
{{- if eq .part.autoscaling.type "none" -}}
{{- .part.replicas | int -}}
{{- else -}}
{{- $current := lookup "apps/v1" (include "inventory-events.workloadKind" .part) .root.Release.Namespace .name -}}
{{- if hasKey ($current.spec | default dict) "replicas" -}}
{{- $current.spec.replicas | int -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "inventory-events.fewestReplicas" -}}
{{- eq .autoscaling.type "none" | ternary .replicas .autoscaling.minReplicas | int -}}
{{- end -}}

{{- /* Pods of a StatefulSet keep their names when they are restarted. */ -}}
{{- define "inventory-events.workloadKind" -}}
{{- .stableNames | default false | ternary "StatefulSet" "Deployment" -}}
{{- end -}}
