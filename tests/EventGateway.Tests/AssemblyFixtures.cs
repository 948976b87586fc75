using EventGateway.TestKit.Kafka;

[assembly: AssemblyFixture(typeof(SharedKafka))]
