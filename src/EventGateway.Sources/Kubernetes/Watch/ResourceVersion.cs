using System.Globalization;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>
/// A version of an object or a list. Within one kind versions are numbers that grow; one that is no number can only be told apart from
/// another, and counts as the newer of two.
/// </summary>
/// <param name="Text">As the API server wrote it; "": not known.</param>
internal readonly record struct ResourceVersion(string Text)
{
    public static readonly ResourceVersion None = new("");

    public bool IsNone => string.IsNullOrEmpty(Text);

    /// <summary>Whether everything there was at this version was there at the other, too.</summary>
    public bool IsCoveredBy(ResourceVersion other) =>
        TryNumber(out var mine) && other.TryNumber(out var its) ? mine <= its : !IsNone && Text == other.Text;

    public bool IsOlderThan(ResourceVersion other) => TryNumber(out var mine) && other.TryNumber(out var its) && mine < its;

    public override string ToString() => Text;

    private bool TryNumber(out ulong number) => ulong.TryParse(Text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
