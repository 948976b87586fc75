{{/* "manifests", "cluster" (several namespaces that are found live) or "namespaces". */}}
{{- define "eventgateway.scope" -}}
{{- with .Values.source -}}
{{- if or .manifests.files .manifests.configMaps }}manifests
{{- else if or .allNamespaces .namespaceSelector }}cluster
{{- else }}namespaces
{{- end -}}
{{- end -}}
{{- end -}}

{{/* JSON list of the namespaces that are read, where they are known. */}}
{{- define "eventgateway.namespaces" -}}
{{- if eq (include "eventgateway.scope" .) "namespaces" -}}
{{- .Values.source.namespaces | default (list .Release.Namespace) | toJson -}}
{{- else -}}
[]
{{- end -}}
{{- end -}}

{{/* JSON list of {name, watches, namespaces}: the Deployments of the component that reads the source. */}}
{{- define "eventgateway.readers" -}}
{{- $component := include "eventgateway.reader" . -}}
{{- $name := printf "%s-%s" (include "eventgateway.fullname" .) $component -}}
{{- $namespaces := include "eventgateway.namespaces" . | fromJsonArray -}}
{{- $readers := list -}}
{{- if and (eq $component "watcher") .Values.watcher.perNamespace -}}
{{- range $namespaces -}}
{{- $readers = append $readers (dict "name" (printf "%s-%s" $name . | trunc 63 | trimSuffix "-") "watches" . "namespaces" (list .)) -}}
{{- end -}}
{{- else if $component -}}
{{- $readers = append $readers (dict "name" $name "watches" "" "namespaces" $namespaces) -}}
{{- end -}}
{{- $readers | toJson -}}
{{- end -}}

{{- define "eventgateway.ingressClasses" -}}
{{- .Values.source.ingressClasses | default (list .Values.ingressClass.name) | join "," -}}
{{- end -}}
