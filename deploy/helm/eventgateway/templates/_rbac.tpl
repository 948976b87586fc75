{{/*
  Every right there is, in one place; docs/reference/chart-values.md has the same table, and a test compares them.
  Who gets which: rbac.yaml.
*/}}

{{/* In each namespace that is read. The last two kinds need not be there. */}}
{{- define "eventgateway.rights.namespace" -}}
- apiGroups: [networking.k8s.io]
  resources: [ingresses]
  verbs: [list, watch]
- apiGroups: [networking.k8s.io]
  resources: [ingresses/status]
  verbs: [patch]
- apiGroups: [""]
  resources: [services]
  verbs: [list, watch]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [secrets]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [configmaps]
  verbs: [list, watch]
- apiGroups: [configuration.konghq.com]
  resources: [kongupstreampolicies]
  verbs: [list, watch]
- apiGroups: [configuration.konghq.com]
  resources: [tcpingresses]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- end -}}

{{/* In the whole cluster, where namespaces are found live. */}}
{{- define "eventgateway.rights.cluster" -}}
- apiGroups: [""]
  resources: [namespaces]
  verbs: [list, watch]
- apiGroups: [networking.k8s.io]
  resources: [ingressclasses]
  verbs: [list, watch]
{{- end -}}

{{/* In the release's own namespace: who leads. */}}
{{- define "eventgateway.rights.leases" -}}
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [get, list, watch, create, update, delete]
{{- end -}}
