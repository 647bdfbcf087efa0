{{- /*
The values of a workload's pods: those of "pod" with its own added to them. Lists grow, maps are merged,
texts are replaced; of two variables with one name its own counts. Takes root and part.
*/ -}}
{{- define "inventory-events.withPodValues" -}}
{{- $part := deepCopy .part -}}
{{- range $key, $common := .root.Values.pod -}}
{{- $own := index $part $key -}}
{{- if kindIs "slice" $common -}}
{{- $names := list -}}
{{- if eq $key "env" -}}{{- range $own -}}{{- $names = append $names .name -}}{{- end -}}{{- end -}}
{{- $all := list -}}
{{- range $common -}}{{- if not (has .name $names) -}}{{- $all = append $all . -}}{{- end -}}{{- end -}}
{{- $_ := set $part $key (concat $all ($own | default list)) -}}
{{- else if kindIs "map" $common -}}
{{- $_ := set $part $key (mergeOverwrite (deepCopy $common) ($own | default dict)) -}}
{{- else -}}
{{- $_ := set $part $key ($own | default $common) -}}
{{- end -}}
{{- end -}}
{{- toYaml $part -}}
{{- end -}}

{{- /*
The metadata and spec of every pod: of a Deployment, of a Job, of the test. Takes root, part and component;
container, what its container has beyond the common; annotations; runsOnce, for a pod that must end.
*/ -}}
{{- define "inventory-events.podTemplate" -}}
{{- $root := .root -}}
{{- $part := .part -}}
{{- $fixed := mergeOverwrite (fromYaml (include "inventory-events.podLabels" $root)) (dict "app.kubernetes.io/component" .component) -}}
metadata:
  labels:
    {{- toYaml (mergeOverwrite dict $root.Values.commonLabels $part.podLabels $fixed) | nindent 4 }}
  {{- with mergeOverwrite dict $root.Values.commonAnnotations (.annotations | default dict) $part.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- include "inventory-events.podSpec" . | nindent 2 }}
{{- end -}}

{{- define "inventory-events.podSpec" -}}
{{- $root := .root -}}
{{- $part := .part -}}
serviceAccountName: {{ .serviceAccountName | default (include "inventory-events.serviceAccountName" $root) }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- if .runsOnce }}
restartPolicy: Never
{{- end }}
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .graceSeconds }}
terminationGracePeriodSeconds: {{ . }}
{{- end }}
{{- range $key := list "securityContext" "priorityClassName" "nodeSelector" "tolerations" "affinity" "hostAliases" "dnsPolicy" "dnsConfig" "initContainers" }}
{{- with index $part $key }}
{{ $key }}: {{- kindIs "string" . | ternary (printf " %s" .) (toYaml . | nindent 2) }}
{{- end }}
{{- end }}
{{- with include "inventory-events.topologySpread" . | trim }}
topologySpreadConstraints:
  {{- . | nindent 2 }}
{{- end }}
containers:
  {{- include "inventory-events.container" . | nindent 2 }}
  {{- if not .runsOnce }}
  {{- with $part.sidecars }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- end }}
volumes:
  {{- include "inventory-events.volumes" . | nindent 2 }}
{{- end -}}

{{- /* By default replicas are spread over zones and nodes. A constraint without a selector is for the pods of its own workload. */ -}}
{{- define "inventory-events.topologySpread" -}}
{{- $constraints := .part.topologySpreadConstraints | default list -}}
{{- if not (or $constraints .runsOnce) -}}
{{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" -}}
{{- $constraints = append $constraints (dict "topologyKey" $key "maxSkew" 1 "whenUnsatisfiable" "ScheduleAnyway") -}}
{{- end -}}
{{- end -}}
{{- $selector := mergeOverwrite (fromYaml (include "inventory-events.selector" .root)) (dict "app.kubernetes.io/component" .component) -}}
{{- $own := dict "labelSelector" (dict "matchLabels" $selector) "matchLabelKeys" (list (.part.stableNames | default false | ternary "controller-revision-hash" "pod-template-hash")) -}}
{{- range $constraints }}
{{- $constraint := hasKey . "labelSelector" | ternary . (merge (deepCopy .) $own) }}
- {{ toYaml $constraint | nindent 2 | trim }}
{{- end }}
{{- end -}}
