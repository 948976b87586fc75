namespace EventGateway.Core.Model;

public enum PathMatchType
{
    /// <summary>Whole segments: <c>/a</c> matches <c>/a</c>, <c>/a/</c> and <c>/a/b</c>, not <c>/ab</c>.</summary>
    Prefix = 0,
    Exact = 1,

    /// <summary>Plain text: <c>/a</c> matches <c>/ab</c> too.</summary>
    StartsWith = 2,

    /// <summary>Anchored at the start only.</summary>
    Regex = 3,
}
