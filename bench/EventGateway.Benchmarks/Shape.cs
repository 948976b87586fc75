namespace EventGateway.Benchmarks;

/// <summary>How routes spread over hosts and paths.</summary>
internal enum Shape
{
    /// <summary>Host and path of its own for each route: <c>h{i}.example.com</c>, <c>/p{i}</c>.</summary>
    Unique,

    /// <summary>A host of its own and the path <c>/</c>: what plain Ingresses look like.</summary>
    Shared,

    /// <summary>One host, a path of its own.</summary>
    OneHost,
}
