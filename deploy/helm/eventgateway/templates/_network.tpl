{{/* Takes {root, component, name, annotations, values (of a component with traffic), kafka, toKafka, toApi, toUpstreams, hasNoStatus}. */}}
{{- define "eventgateway.networkPolicy" -}}
{{- $network := .root.Values.networkPolicy }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "eventgateway.metadata" . | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "eventgateway.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  {{- $in := list }}
  {{- with .values }}
  {{- $ports := list (dict "port" 8000 "protocol" "TCP") (dict "port" 8443 "protocol" "TCP") }}
  {{- if get .settings "http3" }}{{ $ports = append $ports (dict "port" 8443 "protocol" "UDP") }}{{ end }}
  {{- range .streamPorts }}{{ $ports = append $ports (dict "port" . "protocol" "TCP") }}{{ end }}
  {{- $in = append $in (dict "ports" $ports) }}
  {{- end }}
  {{- if and $network.statusFrom (not .hasNoStatus) }}
  {{- $in = append $in (dict "from" $network.statusFrom "ports" (list (dict "port" 8100 "protocol" "TCP"))) }}
  {{- end }}
  {{- if $in }}
  ingress:
    {{- toYaml $in | nindent 4 }}
  {{- else }}
  ingress: []
  {{- end }}
  egress:
    # Names.
    - ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]
    {{- if .toKafka }}
    {{- $kafka := include "eventgateway.kafka" . | fromJson }}
    # Kafka. Brokers may announce other ports than those that are asked first.
    - ports:
        {{- $ports := $network.kafka.ports }}
        {{- if not $ports }}
        {{- range $kafka.brokers }}{{ $ports = append $ports (splitList ":" . | last | int) }}{{ end }}
        {{- end }}
        {{- range $ports | uniq }}
        - {port: {{ . }}, protocol: TCP}
        {{- end }}
      {{- with $network.kafka.to }}
      to:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    {{- end }}
    {{- if .toApi }}
    # The API server.
    - ports:
        {{- range $network.apiServer.ports }}
        - {port: {{ . }}, protocol: TCP}
        {{- end }}
      {{- with $network.apiServer.to }}
      to:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    {{- end }}
    {{- if .toUpstreams }}
    # The services behind.
    - to:
        {{- include "eventgateway.upstreamPeers" .root | nindent 8 }}
    {{- end }}
    {{- with $network.extraEgress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{- define "eventgateway.upstreamPeers" -}}
{{- $namespaces := include "eventgateway.namespaces" . | fromJsonArray -}}
{{- if .Values.networkPolicy.upstreams -}}
{{- toYaml .Values.networkPolicy.upstreams -}}
{{- else if and .Values.standalone.enabled (eq (include "eventgateway.scope" .) "namespaces") -}}
{{- /* Nothing of another namespace is served. */ -}}
{{- if .Values.source.namespaces -}}
- namespaceSelector:
    matchExpressions:
      - {key: kubernetes.io/metadata.name, operator: In, values: {{ toJson $namespaces }}}
{{- else -}}
- podSelector: {}
{{- end -}}
{{- else -}}
- namespaceSelector: {}
{{- end -}}
{{- end -}}
