using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Server;
using EventGateway.TestKit.Kubernetes.Store;

namespace EventGateway.TestKit.Kubernetes.Rules;

/// <summary>Events of the events.k8s.io group have to say who reports what, and when; those of the old group need not.</summary>
internal static class EventRules
{
    private const int NoteLength = 1024;
    private static readonly string[] Types = ["Normal", "Warning"];

    public static void Check(JsonObject document, JsonObject? before, List<FieldFault> faults)
    {
        if (before is not null)
        {
            return;
        }

        var owner = document.At("regarding.namespace")?.ToString() ?? "";
        if (owner.Length > 0 && owner != document.Namespace() || owner.Length == 0 && document.Namespace() is not ("default" or "kube-system"))
        {
            faults.Add(FieldFault.InvalidText("involvedObject.namespace", owner, "does not match event.namespace"));
        }

        if (document["eventTime"] is null)
        {
            faults.Add(FieldFault.Required("eventTime", ""));
        }

        foreach (var field in new[] { "reportingController", "reportingInstance", "reason", "action" }.Where(f => document[f]?.ToString() is null or ""))
        {
            faults.Add(FieldFault.Required(field, ""));
        }

        if (document["type"]?.ToString() is not { } type || !Types.Contains(type))
        {
            faults.Add(FieldFault.InvalidText("type", document["type"]?.ToString() ?? "", "has invalid value"));
        }

        if (document["note"]?.ToString().Length > NoteLength)
        {
            faults.Add(FieldFault.Invalid("message", "\"\"", $"can have at most {NoteLength} characters"));
        }
    }
}
