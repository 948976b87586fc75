using System.Diagnostics.CodeAnalysis;

namespace EventGateway.Core.Model;

/// <summary>
/// The name of an entity inside its log and the record's key, as UTF-8 text:
/// <c>kind "/" namespace "/" name *( "/" part )</c>, where every part is one or more characters other than
/// <c>/</c>, white space and control characters, <c>kind</c> starts with a lower-case letter, and the whole is at most
/// <see cref="MaxLength"/> characters. Keys that begin with <c>!</c> belong to the log itself
/// (<c>!commit</c>, <c>!feature/NAME</c>).
/// </summary>
public readonly struct EntityKey : IEquatable<EntityKey>, IComparable<EntityKey>
{
    public const int MaxLength = 1024;

    private readonly string? _text;

    private EntityKey(string text) => _text = text;

    /// <summary>The key's text; empty for <c>default</c>.</summary>
    public string Text => _text ?? "";

    /// <summary>The kind the key's first part names; <see cref="EntityKind.Unknown"/> when this build has no such kind.</summary>
    public EntityKind Kind => KindOf(Text);

    /// <summary>The part behind the kind; empty for the log's own keys.</summary>
    public ReadOnlySpan<char> Namespace
    {
        get
        {
            var rest = Text.AsSpan(Text.IndexOf('/') + 1);
            var slash = rest.IndexOf('/');
            return slash < 0 ? default : rest[..slash];
        }
    }

    /// <summary>Everything behind the namespace.</summary>
    public ReadOnlySpan<char> Name
    {
        get
        {
            var rest = Text.AsSpan(Text.IndexOf('/') + 1);
            return rest[(rest.IndexOf('/') + 1)..];
        }
    }

    /// <summary>A route's key. <paramref name="rule"/> is the rule's place in its object, for example <c>0.1</c>.</summary>
    public static EntityKey Route(string @namespace, string name, string rule) => Parse($"route/{@namespace}/{name}/{rule}");

    /// <summary>A backend's key. <paramref name="port"/> is the service port's name or number.</summary>
    public static EntityKey Backend(string @namespace, string service, string port) => Parse($"backend/{@namespace}/{service}/{port}");

    public static EntityKey Endpoints(string @namespace, string name) => Parse($"endpoints/{@namespace}/{name}");

    public static EntityKey Certificate(string @namespace, string name) => Parse($"certificate/{@namespace}/{name}");

    public static EntityKey Listener(string @namespace, string name) => Parse($"listener/{@namespace}/{name}");

    public static EntityKey Feature(string name) => Parse($"!feature/{name}");

    /// <exception cref="FormatException">The text does not follow the grammar.</exception>
    public static EntityKey Parse(string text) =>
        TryParse(text, out var key) ? key : throw new FormatException($"'{text}' is not a key: expected kind/namespace/name");

    public static bool TryParse([NotNullWhen(true)] string? text, out EntityKey key)
    {
        key = default;
        if (text is null or { Length: 0 or > MaxLength })
        {
            return false;
        }

        var parts = 1;
        var partLength = 0;
        foreach (var c in text)
        {
            if (c == '/')
            {
                if (partLength == 0)
                {
                    return false;
                }

                parts++;
                partLength = 0;
            }
            else if (char.IsWhiteSpace(c) || char.IsControl(c))
            {
                return false;
            }
            else
            {
                partLength++;
            }
        }

        var wellFormed = partLength > 0 && (text[0] == '!' ? KindOf(text) == EntityKind.Feature && parts == 2 : parts >= 3 && char.IsAsciiLetterLower(text[0]));
        if (wellFormed)
        {
            key = new EntityKey(text);
        }

        return wellFormed;
    }

    public bool Equals(EntityKey other) => string.Equals(Text, other.Text, StringComparison.Ordinal);

    public override bool Equals(object? obj) => obj is EntityKey other && Equals(other);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public int CompareTo(EntityKey other) => string.CompareOrdinal(Text, other.Text);

    public override string ToString() => Text;

    public static bool operator ==(EntityKey left, EntityKey right) => left.Equals(right);

    public static bool operator !=(EntityKey left, EntityKey right) => !left.Equals(right);

    public static bool operator <(EntityKey left, EntityKey right) => left.CompareTo(right) < 0;

    public static bool operator <=(EntityKey left, EntityKey right) => left.CompareTo(right) <= 0;

    public static bool operator >(EntityKey left, EntityKey right) => left.CompareTo(right) > 0;

    public static bool operator >=(EntityKey left, EntityKey right) => left.CompareTo(right) >= 0;

    private static EntityKind KindOf(string text)
    {
        var slash = text.IndexOf('/');
        return (slash < 0 ? text.AsSpan() : text.AsSpan(0, slash)) switch
        {
            "route" => EntityKind.Route,
            "backend" => EntityKind.Backend,
            "endpoints" => EntityKind.Endpoints,
            "certificate" => EntityKind.Certificate,
            "listener" => EntityKind.Listener,
            "!feature" => EntityKind.Feature,
            _ => EntityKind.Unknown,
        };
    }
}
