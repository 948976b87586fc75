using EventGateway.TestKit.Kafka;
using Xunit;

[assembly: AssemblyFixture(typeof(SharedKafka))]
