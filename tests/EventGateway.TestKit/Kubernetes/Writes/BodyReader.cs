using System.Text.Json;
using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Kinds;
using EventGateway.TestKit.Kubernetes.Server;

namespace EventGateway.TestKit.Kubernetes.Writes;

/// <summary>Reads an object as the server's own types do: what they do not know is dropped or refused, what they cannot hold is an error.</summary>
internal static class BodyReader
{
    public static JsonObject Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonNode.Parse(body.Span) as JsonObject ?? throw ApiFault.BadRequest("the request's body is no object");
        }
        catch (JsonException e)
        {
            throw ApiFault.BadRequest($"the object provided is unrecognized (must be of type {"object"}): {e.Message}");
        }
    }

    /// <exception cref="ApiFault">400: the object is of another kind, holds a value of the wrong type, or has an unknown field and that is asked for.</exception>
    public static JsonObject Read(WriteRequest request, JsonObject document)
    {
        var kind = request.Kind;
        CheckType(kind, document);
        document["apiVersion"] = kind.ApiVersion;
        document["kind"] = kind.Kind;
        return kind.Shape is null ? document : Shape(request, kind.Shape, document);
    }

    private static void CheckType(ResourceKind kind, JsonObject document)
    {
        if (document["apiVersion"]?.ToString() is { Length: > 0 } version && version != kind.ApiVersion)
        {
            throw ApiFault.BadRequest($"the API version in the data ({version}) does not match the expected API version ({kind.ApiVersion})");
        }

        if (document["kind"]?.ToString() is { Length: > 0 } name && name != kind.Kind)
        {
            throw ApiFault.BadRequest($"{name} in version \"{kind.Version}\" cannot be handled as a {kind.Kind}: converting ({kind.Group}/{kind.Version}.{name}) to ({kind.Group}/{kind.Version}.{kind.Kind})");
        }
    }

    private static JsonObject Shape(WriteRequest request, Func<string, string> shape, JsonObject document)
    {
        JsonObject shaped;
        try
        {
            shaped = (JsonObject)JsonNode.Parse(shape(document.ToJsonString()))!;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or ArgumentException)
        {
            throw ApiFault.BadRequest($"{request.Kind.Kind} in version \"{request.Kind.Version}\" cannot be handled as a {request.Kind.Kind}: json: cannot unmarshal: {e.Message}");
        }

        var unknown = new List<string>();
        Unknown(document, shaped, "", unknown);
        if (unknown.Count > 0 && request.Strict)
        {
            throw ApiFault.BadRequest($"{request.Kind.Kind} in version \"{request.Kind.Version}\" cannot be handled as a {request.Kind.Kind}: strict decoding error: {string.Join(", ", unknown.Select(u => $"unknown field \"{u}\""))}");
        }

        request.Warnings.AddRange(unknown.Select(u => $"unknown field \"{u}\""));
        return shaped;
    }

    private static void Unknown(JsonNode? sent, JsonNode? read, string path, List<string> unknown)
    {
        if (sent is JsonObject fields && read is JsonObject known)
        {
            foreach (var (name, value) in fields.Where(f => f.Value is not null))
            {
                var at = path.Length == 0 ? name : $"{path}.{name}";
                if (!known.ContainsKey(name))
                {
                    unknown.Add(at);
                    continue;
                }

                Unknown(value, known[name], at, unknown);
            }
        }
        else if (sent is JsonArray items && read is JsonArray taken && items.Count == taken.Count)
        {
            for (var i = 0; i < items.Count; i++)
            {
                Unknown(items[i], taken[i], $"{path}[{i}]", unknown);
            }
        }
    }
}
