using EventGateway.TestKit.Kafka;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(SharedKafka))]

// Real processes and a load that is timed: one test at a time.
[assembly: Parallelization(Mode = ParallelMode.None)]
