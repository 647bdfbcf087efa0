{{- /* DNS, and the ports of what the service connects to, at any address. Takes the ports. */ -}}
{{- define "inventory-events.egress" -}}
- ports:
    - { port: 53, protocol: UDP }
    - { port: 53, protocol: TCP }
- ports:
    {{- range . }}
    - port: {{ . }}
    {{- end }}
{{- end -}}

{{- /*
The ports of the brokers, the registry, the token endpoint, the receiver of traces and, if used, Postgres,
separated by spaces. Takes a part.
*/ -}}
{{- define "inventory-events.egressPorts" -}}
{{- $ports := list -}}
{{- range splitList "," .config.KAFKA_BROKERS -}}
{{- $ports = append $ports (regexFind "[0-9]+$" (trim .)) -}}
{{- end -}}
{{- $urls := list .config.SCHEMA_REGISTRY_URL .config.KAFKA_OAUTH_TOKEN_URL -}}
{{- range .env -}}
{{- if regexMatch "^OTEL_EXPORTER_OTLP_([A-Z]+_)?ENDPOINT$" .name -}}{{- $urls = append $urls .value -}}{{- end -}}
{{- end -}}
{{- range compact $urls -}}
{{- $url := urlParse . -}}
{{- $explicit := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
{{- $ports = append $ports ($explicit | default (ternary "443" "80" (eq $url.scheme "https"))) -}}
{{- end -}}
{{- if hasKey .secrets "IDEMPOTENCY_STORE" -}}
{{- $ports = append $ports "5432" -}}
{{- end -}}
{{- $ports | uniq | join " " -}}
{{- end -}}
