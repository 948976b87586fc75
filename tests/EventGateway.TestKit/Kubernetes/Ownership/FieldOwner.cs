using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace EventGateway.TestKit.Kubernetes.Ownership;

/// <summary>One entry of metadata.managedFields: who set which fields, and how.</summary>
/// <param name="Operation">Apply or Update.</param>
/// <param name="Fields">Paths as <see cref="FieldTree"/> has them.</param>
internal sealed record FieldOwner(string Manager, string Operation, string Subresource, string ApiVersion, string Time, ImmutableHashSet<string> Fields)
{
    public const string Apply = "Apply";
    public const string Update = "Update";

    public static IReadOnlyList<FieldOwner> Read(JsonObject document) =>
        [.. (document["metadata"]?["managedFields"] as JsonArray ?? []).OfType<JsonObject>().Select(ReadEntry)];

    public static void Write(JsonObject document, IEnumerable<FieldOwner> owners)
    {
        var metadata = (JsonObject)document["metadata"]!;
        var entries = owners.Where(o => o.Fields.Count > 0).Select(o => (JsonNode)o.ToEntry()).ToArray();
        if (entries.Length > 0)
        {
            metadata["managedFields"] = new JsonArray(entries);
        }
        else
        {
            metadata.Remove("managedFields");
        }
    }

    public bool Is(string manager, string operation, string subresource) => (Manager, Operation, Subresource) == (manager, operation, subresource);

    /// <summary>As conflicts name it.</summary>
    public override string ToString() =>
        $"\"{Manager}\"{(Subresource.Length > 0 ? $" with subresource \"{Subresource}\"" : "")}{(Operation == Update ? $" using {ApiVersion}" : "")}";

    private static FieldOwner ReadEntry(JsonObject entry)
    {
        string Text(string name) => entry[name]?.ToString() ?? "";
        var fields = ImmutableHashSet.CreateBuilder<string>();
        Read(entry["fieldsV1"] as JsonObject ?? [], "", fields);
        return new FieldOwner(Text("manager"), Text("operation"), Text("subresource"), Text("apiVersion"), Text("time"), fields.ToImmutable());
    }

    private static void Read(JsonObject node, string path, ImmutableHashSet<string>.Builder fields)
    {
        foreach (var (step, inner) in node)
        {
            var at = path.Length == 0 ? step : $"{path}{FieldTree.Separator}{step}";
            if (inner is JsonObject { Count: > 0 } steps)
            {
                Read(steps, at, fields);
            }
            else
            {
                fields.Add(at);
            }
        }
    }

    private JsonObject ToEntry()
    {
        var tree = new JsonObject();
        foreach (var field in Fields.Order(StringComparer.Ordinal))
        {
            var node = tree;
            foreach (var step in field.Split(FieldTree.Separator))
            {
                if (node[step] is not JsonObject next)
                {
                    node[step] = next = [];
                }

                node = next;
            }
        }

        var entry = new JsonObject { ["manager"] = Manager, ["operation"] = Operation, ["apiVersion"] = ApiVersion, ["time"] = Time, ["fieldsType"] = "FieldsV1", ["fieldsV1"] = tree };
        if (Subresource.Length > 0)
        {
            entry["subresource"] = Subresource;
        }

        return entry;
    }
}
