using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Kinds;
using EventGateway.TestKit.Kubernetes.Store;

namespace EventGateway.TestKit.Kubernetes.Rules;

/// <summary>What the server writes into an object that leaves it open.</summary>
internal static class Defaults
{
    private static int s_nextClusterIp;

    /// <param name="before">Null: the object is new.</param>
    public static void Fill(ResourceKind kind, JsonObject document, JsonObject? before)
    {
        switch (kind.ResourceName)
        {
            case "namespaces":
                Namespace(document, before);
                break;
            case "services":
                Service(document, before);
                break;
            case "secrets":
                Secret(document);
                break;
            case "endpointslices.discovery.k8s.io":
                Ports(document["ports"], "name", "");
                break;
            case "ingresses.networking.k8s.io":
                Status(document);
                break;
        }
    }

    private static void Namespace(JsonObject document, JsonObject? before)
    {
        if (before is null)
        {
            document["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") };
            document["status"] = new JsonObject { ["phase"] = "Active" };
        }

        var metadata = document.Metadata();
        if (metadata["labels"] is not JsonObject labels)
        {
            metadata["labels"] = labels = [];
        }

        if (document.Name() is { Length: > 0 } name)
        {
            labels["kubernetes.io/metadata.name"] = name;
        }
    }

    private static void Service(JsonObject document, JsonObject? before)
    {
        if (document["spec"] is not JsonObject spec)
        {
            document["spec"] = spec = [];
        }

        spec.Default("type", "ClusterIP");
        spec.Default("sessionAffinity", "None");
        Status(document);
        foreach (var port in (spec["ports"] as JsonArray ?? []).OfType<JsonObject>())
        {
            port.Default("protocol", "TCP");
            if (port["targetPort"] is null && port["port"] is { } number)
            {
                port["targetPort"] = number.DeepClone();
            }
        }

        if (spec["type"]!.ToString() == "ExternalName")
        {
            return;
        }

        if (spec["clusterIP"] is null && before?["spec"]?["clusterIP"] is { } address)
        {
            spec["clusterIP"] = address.DeepClone();
        }

        if (spec["clusterIP"] is null)
        {
            var number = Interlocked.Increment(ref s_nextClusterIp);
            spec["clusterIP"] = $"10.96.{number / 250 % 250}.{number % 250 + 1}";
        }

        spec["clusterIPs"] ??= new JsonArray(spec["clusterIP"]!.ToString());
        spec["ipFamilies"] ??= new JsonArray("IPv4");
        spec.Default("ipFamilyPolicy", "SingleStack");
        spec.Default("internalTrafficPolicy", "Cluster");
    }

    private static void Secret(JsonObject document)
    {
        document.Default("type", "Opaque");
        if (document["stringData"] is not JsonObject texts)
        {
            return;
        }

        if (document["data"] is not JsonObject data)
        {
            document["data"] = data = [];
        }

        foreach (var (key, text) in texts)
        {
            data[key] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text?.ToString() ?? ""));
        }

        document.Remove("stringData");
    }

    private static void Status(JsonObject document)
    {
        if (document["status"] is not JsonObject status)
        {
            document["status"] = status = [];
        }

        status["loadBalancer"] ??= new JsonObject();
    }

    private static void Ports(JsonNode? ports, string nameField, string name)
    {
        foreach (var port in (ports as JsonArray ?? []).OfType<JsonObject>())
        {
            port.Default("protocol", "TCP");
            port.Default(nameField, name);
        }
    }

    private static void Default(this JsonObject fields, string name, string value) => fields[name] ??= value;
}
