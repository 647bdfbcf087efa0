{{- /* The deployments by name: the workers, gateway and console if enabled. As YAML, because templates return text. */ -}}
{{- define "inventory-events.parts" -}}
{{- $parts := fromYaml (include "inventory-events.workers" .) -}}
{{- if .Values.gateway.enabled -}}
{{- $_ := set $parts "gateway" (fromYaml (include "inventory-events.gateway" .)) -}}
{{- end -}}
{{- if .Values.console.enabled -}}
{{- $_ := set $parts "console" (fromYaml (include "inventory-events.console" .)) -}}
{{- end -}}
{{- toYaml $parts -}}
{{- end -}}

{{- /* The gateway with defaults applied, without the secrets of workers. */ -}}
{{- define "inventory-events.gateway" -}}
{{- $gateway := fromYaml (include "inventory-events.withPodValues" (dict "root" . "part" .Values.gateway)) -}}
{{- $secrets := mergeOverwrite (deepCopy (.Values.secrets | default dict)) ($gateway.secrets | default dict) -}}
{{- $_ := set $gateway "config" (mergeOverwrite (deepCopy .Values.config) ($gateway.config | default dict)) -}}
{{- include "inventory-events.requireConnections" (dict "name" "gateway" "config" $gateway.config) -}}
{{- $_ := set $gateway "secrets" (omit $secrets "IDEMPOTENCY_STORE" "PLUGIN_FILTERS" "ADMIN_TOKEN" "CONSOLE_USERS") -}}
{{- $_ := set $gateway "command" "gateway" -}}
{{- $_ := set $gateway "plugins" dict -}}
{{- if not (or (hasKey $gateway.secrets "GATEWAY_SECRETS") $gateway.config.GATEWAY_ALLOW_UNSIGNED) -}}
{{- fail "gateway.secrets.GATEWAY_SECRETS: required, expected { existingSecret: NAME, key: KEY }; gateway.config.GATEWAY_ALLOW_UNSIGNED accepts unsigned webhooks" -}}
{{- end -}}
{{- toYaml $gateway -}}
{{- end -}}

{{- /* Where those from outside come in; metrics and health of the gateway are not exposed. Takes a part. */ -}}
{{- define "inventory-events.routed" -}}
{{- if eq .command "console" -}}
port: console
portNumber: {{ include "inventory-events.consolePort" . }}
pathType: Prefix
paths: [/]
{{- else -}}
port: events
portNumber: {{ include "inventory-events.eventsPort" . }}
pathType: Exact
paths: [/webhooks/inventory, /events, /openapi.json]
{{- end -}}
{{- end -}}
