{{- /*
Adds the defaults of values that the release lacks: "helm upgrade --reuse-values" brings the values of an
earlier chart. Every template begins with it, since Helm promises no order among them. What is the
user's own as a whole (config, secrets, workers) has no defaults here.
*/ -}}
{{- define "inventory-events.addDefaults" -}}
{{- include "inventory-events.fill" (dict "values" .Values "defaults" (.Files.Get "defaults.json" | fromJson)) -}}
{{- end -}}

{{- /* Down to Kubernetes' own objects: a limit or a context that was set to null stays away. */ -}}
{{- define "inventory-events.fill" -}}
{{- $values := .values -}}
{{- range $key, $default := .defaults -}}
{{- $value := index $values $key -}}
{{- if kindIs "invalid" $value -}}
{{- $_ := set $values $key $default -}}
{{- else if and (kindIs "map" $default) (not (has $key (list "resources" "securityContext" "containerSecurityContext"))) -}}
{{- include "inventory-events.fill" (dict "values" $value "defaults" $default) -}}
{{- end -}}
{{- end -}}
{{- end -}}
