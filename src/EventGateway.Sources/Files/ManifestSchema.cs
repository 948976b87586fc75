using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using k8s.Models;

namespace EventGateway.Sources.Files;

/// <summary>
/// Compares a document with the type it is to become: finds all fields of a wrong type at once, each with its line, which a
/// deserializer does not, and fields the type does not have.
/// </summary>
/// <param name="hideValues">Whether messages leave out what the fields hold: the document is a Secret.</param>
internal sealed partial class ManifestSchema(bool hideValues)
{
    private static readonly ConcurrentDictionary<Type, FrozenDictionary<string, Type>> Known = new();

    public List<ManifestProblem> Problems { get; } = [];

    public List<string> UnknownFields { get; } = [];

    public void Check(ManifestNode node, Type type, string path)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (node is ManifestScalar { Kind: JsonValueKind.Null } || type == typeof(object))
        {
            return;
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IDictionary<,>))
        {
            CheckMap(node, type.GetGenericArguments()[1], path);
        }
        else if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>))
        {
            CheckList(node, type.GetGenericArguments()[0], path);
        }
        else if (WhatFits(type) is { } what)
        {
            if (node is not ManifestScalar scalar || !Fits(scalar, type))
            {
                Problems.Add(new ManifestProblem(node.Line, $"{path}: {Describe(node)} is not {what}"));
            }
        }
        else if (HoldsFields(type))
        {
            CheckFields(node, type, path);
        }
    }

    private static bool HoldsFields(Type type) => (type.Namespace == typeof(V1ObjectMeta).Namespace || type.Assembly == typeof(ManifestSchema).Assembly)
        && type.GetCustomAttribute<JsonConverterAttribute>() is null;

    private void CheckMap(ManifestNode node, Type valueType, string path)
    {
        if (node is not ManifestMapping mapping)
        {
            Problems.Add(new ManifestProblem(node.Line, $"{path}: {Describe(node)} is not a map"));
            return;
        }

        foreach (var (name, value) in mapping.Fields)
        {
            Check(value, valueType, $"{path}[{name}]");
        }
    }

    private void CheckList(ManifestNode node, Type itemType, string path)
    {
        if (node is not ManifestSequence sequence)
        {
            Problems.Add(new ManifestProblem(node.Line, $"{path}: {Describe(node)} is not a list; put '- ' before its items"));
            return;
        }

        for (var i = 0; i < sequence.Items.Count; i++)
        {
            if (sequence.Items[i] is ManifestScalar { Kind: JsonValueKind.Null })
            {
                Problems.Add(new ManifestProblem(sequence.Items[i].Line, $"{path}[{i}]: the item is empty; remove it"));
            }
            else
            {
                Check(sequence.Items[i], itemType, $"{path}[{i}]");
            }
        }
    }

    private void CheckFields(ManifestNode node, Type type, string path)
    {
        if (node is not ManifestMapping mapping)
        {
            Problems.Add(new ManifestProblem(node.Line, $"{path}: {Describe(node)} is not a map"));
            return;
        }

        var known = Known.GetOrAdd(type, FieldsOf);
        foreach (var (name, value) in mapping.Fields)
        {
            var field = path.Length == 0 ? name : $"{path}.{name}";
            if (known.TryGetValue(name, out var fieldType))
            {
                Check(value, fieldType, field);
            }
            else
            {
                UnknownFields.Add($"{field}: there is no such field; it has no effect");
            }
        }
    }

    private static FrozenDictionary<string, Type> FieldsOf(Type type) => type.GetProperties()
        .Select(p => (Name: p.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name, p.PropertyType))
        .Where(p => p.Name is not null)
        .ToFrozenDictionary(p => p.Name!, p => p.PropertyType, StringComparer.Ordinal);

    /// <summary>Null: the type is no scalar.</summary>
    private static string? WhatFits(Type type) =>
        type == typeof(string) ? "text; put it in quotes"
        : type == typeof(int) || type == typeof(long) ? "a whole number"
        : type == typeof(bool) ? "true or false"
        : type == typeof(DateTime) ? "a time such as 2026-01-31T12:00:00Z"
        : type == typeof(byte[]) ? "base64; encode it, or use stringData"
        : type == typeof(IntOrString) ? "a port's number or name"
        : null;

    private static bool Fits(ManifestScalar scalar, Type type) => scalar.Kind switch
    {
        JsonValueKind.Number => (type == typeof(int) && int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            || (type == typeof(long) && long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            || (type == typeof(IntOrString) && int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)),
        JsonValueKind.True or JsonValueKind.False => type == typeof(bool),
        _ => type == typeof(string)
            || type == typeof(IntOrString)
            || (type == typeof(DateTime) && Time().IsMatch(scalar.Text))
            || (type == typeof(byte[]) && Convert.TryFromBase64String(scalar.Text, new byte[scalar.Text.Length], out _)),
    };

    private string Describe(ManifestNode node) => node switch
    {
        ManifestMapping => "a map",
        ManifestSequence => "a list",
        _ when hideValues => "this value",
        ManifestScalar { Kind: JsonValueKind.String } scalar => scalar.Text.Length is > 0 and <= 40 && !scalar.Text.Contains('\n') ? $"'{scalar.Text}'" : "this text",
        var scalar => $"'{((ManifestScalar)scalar).Text}'",
    };

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")]
    private static partial Regex Time();
}
