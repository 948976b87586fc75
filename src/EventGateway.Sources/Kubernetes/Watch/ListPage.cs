using System.Collections.Immutable;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <param name="Continue">What to ask for the next page with; "": this is the last.</param>
internal sealed record ListPage(ImmutableArray<DecodedObject> Items, ResourceVersion Version, string Continue);
