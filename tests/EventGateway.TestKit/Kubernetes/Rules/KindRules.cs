using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Kinds;
using EventGateway.TestKit.Kubernetes.Server;
using EventGateway.TestKit.Kubernetes.Store;

namespace EventGateway.TestKit.Kubernetes.Rules;

/// <summary>What the server checks in a kind's own fields: the part that writers run into.</summary>
internal static class KindRules
{
    public static void Check(ResourceKind kind, JsonObject document, JsonObject? before, List<FieldFault> faults)
    {
        switch (kind.ResourceName)
        {
            case "ingresses.networking.k8s.io":
                IngressRules.Check(document, faults);
                break;
            case "services":
                ServiceRules.Check(document, faults);
                break;
            case "endpointslices.discovery.k8s.io":
                EndpointSliceRules.Check(document, before, faults);
                break;
            case "leases.coordination.k8s.io":
                Lease(document, faults);
                break;
            case "secrets":
                Secret(document, before, faults);
                break;
            case "events.events.k8s.io":
                EventRules.Check(document, before, faults);
                break;
        }
    }

    private static void Lease(JsonObject document, List<FieldFault> faults)
    {
        if (document.At("spec.leaseDurationSeconds") is JsonValue duration && duration.GetValue<int>() <= 0)
        {
            faults.Add(FieldFault.Invalid("spec.leaseDurationSeconds", duration.ToString(), "must be greater than 0"));
        }

        if (document.At("spec.leaseTransitions") is JsonValue transitions && transitions.GetValue<int>() < 0)
        {
            faults.Add(FieldFault.Invalid("spec.leaseTransitions", transitions.ToString(), "must be greater than or equal to 0"));
        }
    }

    private static void Secret(JsonObject document, JsonObject? before, List<FieldFault> faults)
    {
        if (before is not null && before["type"]?.ToString() != document["type"]?.ToString())
        {
            faults.Add(FieldFault.InvalidText("type", document["type"]?.ToString() ?? "", "field is immutable"));
        }

        if (document["type"]?.ToString() != "kubernetes.io/tls")
        {
            return;
        }

        foreach (var key in new[] { "tls.crt", "tls.key" }.Where(k => document["data"]?[k] is null))
        {
            faults.Add(FieldFault.Required($"data[{key}]", ""));
        }
    }
}
