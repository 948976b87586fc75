{{/*
  Every right there is, in one place; docs/reference/chart-values.md has the same table, and a test compares them.
  Who gets which: rbac.yaml.
*/}}

{{/* In each namespace that is read. */}}
{{- define "eventgateway.rights.namespace" -}}
- apiGroups: [networking.k8s.io]
  resources: [ingresses]
  verbs: [get, list, watch]
- apiGroups: [networking.k8s.io]
  resources: [ingresses/status]
  verbs: [patch]
- apiGroups: [""]
  resources: [services]
  verbs: [get, list, watch]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- end -}}

{{/* In the whole cluster, where namespaces are found live. */}}
{{- define "eventgateway.rights.cluster" -}}
- apiGroups: [""]
  resources: [namespaces]
  verbs: [get, list, watch]
- apiGroups: [networking.k8s.io]
  resources: [ingressclasses]
  verbs: [get, list, watch]
{{- end -}}

{{/* In the release's own namespace: who leads. */}}
{{- define "eventgateway.rights.leases" -}}
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [get, list, watch, create, update, delete]
{{- end -}}
