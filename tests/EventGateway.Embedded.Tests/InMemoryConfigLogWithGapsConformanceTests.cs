namespace EventGateway.Embedded.Tests;

/// <summary>With offsets that no record has, as Kafka's transaction markers leave them.</summary>
public sealed class InMemoryConfigLogWithGapsConformanceTests() : InMemoryConfigLogConformanceTests(1);
