using System.Globalization;
using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Server;
using EventGateway.TestKit.Kubernetes.Store;

namespace EventGateway.TestKit.Kubernetes.Rules;

internal static class ServiceRules
{
    private const int LastPort = 65535;

    public static void Check(JsonObject document, List<FieldFault> faults)
    {
        var ports = document.At("spec.ports") as JsonArray ?? [];
        var type = document.At("spec.type")?.ToString();
        if (type == "ExternalName")
        {
            if (document.At("spec.externalName")?.ToString() is null or "")
            {
                faults.Add(FieldFault.Required("spec.externalName", ""));
            }
        }
        else if (ports.Count == 0 && document.At("spec.clusterIP")?.ToString() != "None")
        {
            faults.Add(FieldFault.Required("spec.ports", ""));
        }

        for (var i = 0; i < ports.Count; i++)
        {
            var (port, field) = ((JsonObject)ports[i]!, $"spec.ports[{i}]");
            var number = port["port"]?.GetValue<int>() ?? 0;
            if (number is < 1 or > LastPort)
            {
                faults.Add(FieldFault.Invalid($"{field}.port", number.ToString(CultureInfo.InvariantCulture), "must be between 1 and 65535, inclusive"));
            }

            if (ports.Count > 1 && port["name"]?.ToString() is null or "")
            {
                faults.Add(FieldFault.Required($"{field}.name", ""));
            }
        }
    }
}
