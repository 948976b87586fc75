using System.Collections.Immutable;

namespace EventGateway.Settings;

internal sealed record ValidateSettings(ImmutableArray<string> Paths, ImmutableArray<string> IngressClasses, bool AsJson);
