using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using EventGateway.Core.Log;
using EventGateway.Core.Model;

namespace EventGateway.Status;

/// <summary>What somebody waits for.</summary>
/// <param name="Text">As it was given.</param>
/// <param name="Log">Null: every log of the workspace.</param>
/// <param name="Commit">The change set; null: the newest that holds what <paramref name="Prefix"/> names.</param>
/// <param name="Prefix">What the keys of the object's entities are, or begin with; "" for a position.</param>
internal sealed record WaitTarget(string Text, LogName? Log, string Workspace, long? Commit, string Prefix)
{
    private static readonly ImmutableDictionary<string, string> KindsOfObjects = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["ingress"] = "route",
        ["ing"] = "route",
        ["tcpingress"] = "route",
        ["service"] = "backend",
        ["svc"] = "backend",
        ["endpointslice"] = "endpoints",
        ["secret"] = "certificate",
    }.ToImmutableDictionary(StringComparer.OrdinalIgnoreCase);

    public static bool TryParse(string text, [NotNullWhen(true)] out WaitTarget? target)
    {
        target = ParsePosition(text) ?? ParseObject(text);
        return target is not null;
    }

    /// <summary>Whether an entity is, or comes from, what is waited for.</summary>
    public bool Covers(EntityKey key) => key.Text == Prefix || key.Text.StartsWith(Prefix + "/", StringComparison.Ordinal);

    private static WaitTarget? ParsePosition(string text) =>
        text.Split('@') is [var log, var number] && log.Split('/') is [var origin, var workspace] && LogName.IsLabel(origin) && LogName.IsLabel(workspace)
        && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var commit)
            ? new WaitTarget(text, new LogName(origin, workspace), workspace, commit, "")
            : null;

    private static WaitTarget? ParseObject(string text)
    {
        var parts = text.Split('/');
        if (parts.Length == 3 && KindsOfObjects.TryGetValue(parts[0], out var kind) && EntityKey.TryParse($"{kind}/{parts[1]}/{parts[2]}", out var start))
        {
            return new WaitTarget(text, null, parts[1], null, start.Text);
        }

        return EntityKey.TryParse(text, out var key) && key.Kind is not (EntityKind.Unknown or EntityKind.Feature)
            ? new WaitTarget(text, null, key.Namespace.ToString(), null, key.Text)
            : null;
    }
}
