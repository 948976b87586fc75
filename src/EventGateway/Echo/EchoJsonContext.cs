using System.Text.Json.Serialization;

namespace EventGateway.Echo;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(EchoAnswer))]
internal sealed partial class EchoJsonContext : JsonSerializerContext;
