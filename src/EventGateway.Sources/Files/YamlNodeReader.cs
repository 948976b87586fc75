using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace EventGateway.Sources.Files;

/// <summary>Reads one YAML document. Plain scalars mean what they mean to kubectl.</summary>
internal sealed partial class YamlNodeReader
{
    /// <summary>Aliases may multiply a small text into an endless one.</summary>
    private const int MaxNodes = 2_000_000;

    private const int MaxDepth = 100;

    private readonly Parser _parser;
    private readonly Dictionary<AnchorName, ManifestNode> _anchors = [];
    private readonly Dictionary<ManifestNode, int> _sizes = new(ReferenceEqualityComparer.Instance);
    private int _nodes;
    private int _depth;

    private YamlNodeReader(string text) => _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));

    /// <returns>Null: the document is empty.</returns>
    /// <exception cref="ManifestSyntaxException">The text is not YAML.</exception>
    public static ManifestNode? Read(string text)
    {
        var reader = new YamlNodeReader(text);
        try
        {
            return reader.ReadDocument();
        }
        catch (YamlException e)
        {
            throw new ManifestSyntaxException((int)e.Start.Line, $"this is not YAML: {Unwrapped(e)}");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException or NullReferenceException)
        {
            // YamlDotNet's scanner fails so on some broken texts; one of them must not end the process.
            throw new ManifestSyntaxException((int)Math.Max(1, reader._parser.Current?.End.Line ?? 1), "this is not YAML: something behind this place cannot be read; look for an open bracket, brace or quote");
        }
    }

    private static string Unwrapped(YamlException e) => Position().Replace(e.InnerException?.Message ?? e.Message, "");

    private ManifestNode? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _))
        {
            return null;
        }

        var root = ReadNode();
        _parser.Consume<DocumentEnd>();
        return root is ManifestScalar { Kind: JsonValueKind.Null } ? null : root;
    }

    private ManifestNode ReadNode()
    {
        Count(1, _parser.Current);
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            var target = _anchors.GetValueOrDefault(alias.Value) ?? throw Fault(alias, $"there is no anchor '&{alias.Value}' above");
            Count(_sizes[target], alias);
            return target;
        }

        if (++_depth > MaxDepth)
        {
            throw Fault(_parser.Current, $"it is nested more than {MaxDepth} deep");
        }

        var before = _nodes;
        var anchor = (_parser.Current as NodeEvent)?.Anchor ?? AnchorName.Empty;
        ManifestNode node;
        if (_parser.TryConsume<Scalar>(out var scalar))
        {
            node = ScalarOf(scalar);
        }
        else if (_parser.TryConsume<SequenceStart>(out var sequence))
        {
            node = ReadItems(new ManifestSequence(LineOf(sequence)));
        }
        else
        {
            node = ReadFields(new ManifestMapping(LineOf(_parser.Consume<MappingStart>())));
        }

        _depth--;
        if (!anchor.IsEmpty)
        {
            _anchors[anchor] = node;
            _sizes[node] = _nodes - before + 1;
        }

        return node;
    }

    private ManifestSequence ReadItems(ManifestSequence sequence)
    {
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            sequence.Items.Add(ReadNode());
        }

        return sequence;
    }

    private ManifestMapping ReadFields(ManifestMapping mapping)
    {
        List<ManifestMapping>? merged = null;
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (!_parser.TryConsume<Scalar>(out var key))
            {
                throw Fault(_parser.Current, "a field's name must be plain text");
            }

            var value = ReadNode();
            if (key is { Value: "<<", Style: ScalarStyle.Plain })
            {
                (merged ??= []).AddRange((value is ManifestSequence many ? many.Items : [value])
                    .Select(v => v as ManifestMapping ?? throw Fault(key, "'<<' takes maps only")));
            }
            else if (!mapping.Fields.TryAdd(key.Value, value))
            {
                throw Fault(key, $"the field '{key.Value}' stands here twice");
            }
        }

        // Merged fields never replace the map's own, and earlier maps go before later ones.
        foreach (var (name, value) in (merged ?? []).SelectMany(m => m.Fields))
        {
            mapping.Fields.TryAdd(name, value);
        }

        return mapping;
    }

    private static ManifestScalar ScalarOf(Scalar scalar)
    {
        var line = LineOf(scalar);
        var text = scalar.Value;
        if (scalar.Style != ScalarStyle.Plain || scalar.Tag == "tag:yaml.org,2002:str")
        {
            return new ManifestScalar(line, JsonValueKind.String, text);
        }

        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => new ManifestScalar(line, JsonValueKind.Null, text),
            "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => new ManifestScalar(line, JsonValueKind.True, text),
            "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => new ManifestScalar(line, JsonValueKind.False, text),
            _ => NumberOf(line, text) ?? new ManifestScalar(line, JsonValueKind.String, text),
        };
    }

    private static ManifestScalar? NumberOf(int line, string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) && !LeadingZero().IsMatch(text))
        {
            return new ManifestScalar(line, JsonValueKind.Number, whole.ToString(CultureInfo.InvariantCulture));
        }

        return Decimal().IsMatch(text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real)
            ? new ManifestScalar(line, JsonValueKind.Number, real.ToString("R", CultureInfo.InvariantCulture))
            : null;
    }

    private void Count(int nodes, ParsingEvent? at)
    {
        _nodes += nodes;
        if (_nodes > MaxNodes)
        {
            throw Fault(at, $"with its aliases it has more than {MaxNodes} values; write it without them");
        }
    }

    private static int LineOf(ParsingEvent at) => (int)at.Start.Line;

    private static ManifestSyntaxException Fault(ParsingEvent? at, string message) => new(at is null ? 1 : LineOf(at), message);

    [GeneratedRegex(@"^[-+]?0\d")]
    private static partial Regex LeadingZero();

    [GeneratedRegex(@"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")]
    private static partial Regex Decimal();

    [GeneratedRegex(@"^\(Lin.*?\) - \(.*?\): ")]
    private static partial Regex Position();
}
