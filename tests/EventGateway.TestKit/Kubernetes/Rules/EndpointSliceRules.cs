using System.Net;
using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Server;

namespace EventGateway.TestKit.Kubernetes.Rules;

internal static class EndpointSliceRules
{
    private static readonly string[] AddressTypes = ["FQDN", "IPv4", "IPv6"];

    public static void Check(JsonObject document, JsonObject? before, List<FieldFault> faults)
    {
        var type = document["addressType"]?.ToString() ?? "";
        if (type.Length == 0)
        {
            faults.Add(FieldFault.Required("addressType", ""));
        }
        else if (!AddressTypes.Contains(type))
        {
            faults.Add(FieldFault.NotSupported("addressType", type, AddressTypes));
        }

        if (before is not null && before["addressType"]?.ToString() != type)
        {
            faults.Add(FieldFault.InvalidText("addressType", type, "field is immutable"));
        }

        var endpoints = document["endpoints"] as JsonArray ?? [];
        for (var i = 0; i < endpoints.Count; i++)
        {
            Addresses(endpoints[i]?["addresses"] as JsonArray ?? [], type, $"endpoints[{i}].addresses", faults);
        }
    }

    private static void Addresses(JsonArray addresses, string type, string field, List<FieldFault> faults)
    {
        if (addresses.Count == 0)
        {
            faults.Add(FieldFault.Required(field, "must contain at least 1 address"));
        }

        for (var i = 0; i < addresses.Count; i++)
        {
            var text = addresses[i]?.ToString() ?? "";
            var isRight = type switch
            {
                "IPv4" => IPAddress.TryParse(text, out var address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork,
                "IPv6" => IPAddress.TryParse(text, out var address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6,
                _ => ObjectRules.IsSubdomain(text),
            };
            if (!isRight)
            {
                faults.Add(FieldFault.InvalidText($"{field}[{i}]", text, type == "FQDN" ? ObjectRules.SubdomainText : $"must be a valid {type} address"));
            }
        }
    }
}
