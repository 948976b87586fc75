{{/* Flags of docs/reference/command-line.md; each template gives list items. */}}

{{/* A map of flag -> value: true is a switch, a list is the flag repeated. */}}
{{- define "eventgateway.arguments.settings" -}}
{{- range $name, $value := . }}
{{- if kindIs "bool" $value }}
{{- if $value }}
- --{{ $name }}
{{- end }}
{{- else if kindIs "slice" $value }}
{{- range $value }}
- {{ printf "--%s=%s" $name . | quote }}
{{- end }}
{{- else if kindIs "string" $value }}
- {{ printf "--%s=%s" $name $value | quote }}
{{- else }}
- {{ printf "--%s=%s" $name (toJson $value) | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Takes {root, kafka, watches}: kafka is the component's own part. */}}
{{- define "eventgateway.arguments.kafka" -}}
{{- $kafka := include "eventgateway.kafka" . | fromJson }}
- --kafka={{ join "," $kafka.brokers }}
{{- range $name, $value := $kafka.options }}
- {{ printf "--kafka-option=%s=%s" $name (kindIs "string" $value | ternary $value (toJson $value)) | quote }}
{{- end }}
{{- range $name, $key := $kafka.secretOptions }}
- {{ printf "--kafka-option=%s=@/etc/eventgateway/kafka/%s" $name $key | quote }}
{{- end }}
- --prefix={{ $kafka.prefix }}
{{- end -}}

{{/* kafka with the component's own part laid over it, as JSON. */}}
{{- define "eventgateway.kafka" -}}
{{- $merged := mergeOverwrite (deepCopy .root.Values.kafka) (deepCopy (.kafka | default dict)) -}}
{{- if and .watches $merged.secretName (get (.kafka | default dict) "secretName") -}}
{{- $_ := set $merged "secretName" (printf "%s-%s" $merged.secretName .watches) -}}
{{- end -}}
{{- $merged | toJson -}}
{{- end -}}

{{/* Takes {root, namespaces}. The release's own namespace is given by the environment, so that manifests can be moved to another one. */}}
{{- define "eventgateway.arguments.source" -}}
{{- $scope := include "eventgateway.scope" .root -}}
{{- with .root.Values.source }}
- --origin={{ .origin }}
{{- if eq $scope "manifests" }}
{{- if .manifests.files }}
- --manifests=/etc/eventgateway/manifests/files
{{- end }}
{{- range .manifests.configMaps }}
- --manifests=/etc/eventgateway/manifests/{{ . }}
{{- end }}
{{- else if .allNamespaces }}
- --all-namespaces
{{- else if .namespaceSelector }}
- {{ printf "--namespace-selector=%s" .namespaceSelector | quote }}
{{- else if .namespaces }}
- --namespace={{ join "," $.namespaces }}
{{- end }}
{{- if and .secretLabelSelector (ne $scope "manifests") }}
- {{ printf "--secret-label-selector=%s" .secretLabelSelector | quote }}
{{- end }}
- --ingress-class={{ include "eventgateway.ingressClasses" $.root }}
- --mass-delete-limit={{ .massDeleteLimit }}
{{- if .publish.service }}
- --publish-service={{ $.root.Release.Namespace }}/{{ include "eventgateway.serviceName" $.root }}
{{- end }}
{{- with .publish.addresses }}
- --publish-address={{ join "," . }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Takes {root, values}: what every role with traffic has. */}}
{{- define "eventgateway.arguments.traffic" -}}
- --drain-delay={{ .values.drain.delaySeconds }}s
- --drain-timeout={{ .values.drain.timeoutSeconds }}s
{{- with .values.streamPorts }}
- --stream-listen={{ join "," . }}
{{- end }}
{{- end -}}

{{- define "eventgateway.arguments.keyRing" -}}
{{- if .Values.keyRing.secretName }}
- --key-ring=/etc/eventgateway/key-ring/{{ .Values.keyRing.key }}
{{- end }}
{{- end -}}

{{/* The texts of a list, without those that are empty. */}}
{{- define "eventgateway.lines" -}}
{{- $lines := list -}}
{{- range . -}}
{{- with trim . }}{{ $lines = append $lines . }}{{ end -}}
{{- end -}}
{{- join "\n" $lines -}}
{{- end -}}
