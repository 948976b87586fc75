using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Server;
using EventGateway.TestKit.Kubernetes.Store;

namespace EventGateway.TestKit.Kubernetes.Rules;

internal static class IngressRules
{
    private static readonly string[] PathTypes = ["Exact", "ImplementationSpecific", "Prefix"];

    public static void Check(JsonObject document, List<FieldFault> faults)
    {
        var rules = document.At("spec.rules") as JsonArray ?? [];
        var backend = document.At("spec.defaultBackend") as JsonObject;
        if (rules.Count == 0 && backend is null)
        {
            faults.Add(FieldFault.Invalid("spec", "[]", "either `defaultBackend` or `rules` must be specified"));
        }

        if (backend is not null)
        {
            Backend(backend, "spec.defaultBackend", faults);
        }

        for (var i = 0; i < rules.Count; i++)
        {
            Rule((JsonObject)rules[i]!, $"spec.rules[{i}]", faults);
        }
    }

    private static void Rule(JsonObject rule, string field, List<FieldFault> faults)
    {
        if (rule["host"]?.ToString() is { Length: > 0 } host && !ObjectRules.IsSubdomain(host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host))
        {
            faults.Add(FieldFault.InvalidText($"{field}.host", host, ObjectRules.SubdomainText));
        }

        if (rule["http"] is not JsonObject http)
        {
            return;
        }

        var paths = http["paths"] as JsonArray ?? [];
        if (paths.Count == 0)
        {
            faults.Add(FieldFault.Required($"{field}.http.paths", ""));
        }

        for (var i = 0; i < paths.Count; i++)
        {
            Path((JsonObject)paths[i]!, $"{field}.http.paths[{i}]", faults);
        }
    }

    private static void Path(JsonObject path, string field, List<FieldFault> faults)
    {
        var type = path["pathType"]?.ToString();
        var text = path["path"]?.ToString() ?? "";
        if (type is null)
        {
            faults.Add(FieldFault.Required($"{field}.pathType", "pathType must be specified"));
        }
        else if (!PathTypes.Contains(type))
        {
            faults.Add(FieldFault.NotSupported($"{field}.pathType", type, PathTypes));
        }
        else if (type != "ImplementationSpecific" && !text.StartsWith('/') || text.Length > 0 && !text.StartsWith('/'))
        {
            faults.Add(FieldFault.InvalidText($"{field}.path", text, "must be an absolute path"));
        }
        else if (type != "ImplementationSpecific")
        {
            foreach (var sequence in new[] { "//", "/./", "/../", "%2f", "%2F" }.Where(s => text.Contains(s, StringComparison.Ordinal)))
            {
                faults.Add(FieldFault.InvalidText($"{field}.path", text, $"must not contain '{sequence}'"));
            }
        }

        if (path["backend"] is JsonObject backend)
        {
            Backend(backend, $"{field}.backend", faults);
        }
        else
        {
            faults.Add(FieldFault.Required($"{field}.backend", "either `service` or `resource` must be specified"));
        }
    }

    private static void Backend(JsonObject backend, string field, List<FieldFault> faults)
    {
        if (backend["service"] is not JsonObject service)
        {
            if (backend["resource"] is null)
            {
                faults.Add(FieldFault.Required(field, "either `service` or `resource` must be specified"));
            }

            return;
        }

        if (service["name"]?.ToString() is null or "")
        {
            faults.Add(FieldFault.Required($"{field}.service.name", ""));
        }

        var (hasName, hasNumber) = (service["port"]?["name"]?.ToString() is { Length: > 0 }, service["port"]?["number"] is not null);
        if (!hasName && !hasNumber)
        {
            faults.Add(FieldFault.Required(field, "port name or number is required"));
        }
        else if (hasName && hasNumber)
        {
            faults.Add(FieldFault.Invalid(field, "\"\"", "cannot set both port name & port number"));
        }
    }
}
