using System.Globalization;
using EventGateway.Benchmarks;
using EventGateway.Benchmarks.Load;

// dotnet run -c Release --project bench/EventGateway.Benchmarks -- NAME
var output = Console.Out;
switch (args)
{
    case ["table"]: TableBenchmark.Run(output); return 0;
    case ["match"]: MatchBenchmark.Run(output); return 0;
    case ["replay"]: ReplayBenchmark.Run(output); return 0;
    case ["yarp"]: await StockYarpBenchmark.RunAsync(output); return 0;
    case ["propagation"]: await PropagationBenchmark.RunAsync(output); return 0;
    case ["cold-start", var executable]: await ColdStartBenchmark.RunAsync(output, executable, ColdStartBenchmark.DefaultSizes); return 0;
    case ["cold-start", var executable, var routes]: await ColdStartBenchmark.RunAsync(output, executable, [int.Parse(routes, CultureInfo.InvariantCulture)]); return 0;
    case ["load", var executable, .. var rest]: await LoadBenchmark.RunAsync(output, LoadOptions.Parse(executable, rest)); return 0;
    case ["handshakes", var executable, .. var rest]: await LoadBenchmark.RunAsync(output, LoadOptions.Parse(executable, rest), [LoadCase.Handshakes]); return 0;
    case ["soak", var executable, .. var rest]: await SoakBenchmark.RunAsync(output, LoadOptions.Parse(executable, rest)); return 0;
    case [YarpHost.Verb, .. var rest]: await YarpHost.RunAsync(rest); return 0;
    default:
        await Console.Error.WriteLineAsync("""
            usage: dotnet run -c Release --project bench/EventGateway.Benchmarks -- NAME
              table        one changed route: image and routing table, time and allocation
              yarp         the same change by stock YARP's InMemoryConfigProvider.Update
              match        finding a request's route
              replay       where a cold start spends its time once the records are there
              propagation  change set committed -> served by three proxies (needs KAFKA_HOME)
              cold-start PATH/eventgateway.dll [ROUTES]   process start -> ready, resident memory (needs KAFKA_HOME)
              load PATH/eventgateway.dll [OPTIONS]        CPU a request, requests a second, latency beside bare YARP, nginx and HAProxy
              handshakes PATH/eventgateway.dll [OPTIONS]  the same with a new TLS connection for each request
              soak PATH/eventgateway.dll [--minutes 10]   memory under load and constant change
            options of the last three (need nginx, wrk and nghttp2-client; HAProxy if there is one):
              --rounds 24  --seconds 2  --warm-up 20  --concurrency 32  --threads PROCESSORS  --cases h1-1k,...  --peers EventGateway,nginx,...
              --beside NAME=PATH/eventgateway.dll[,VARIABLE=VALUE...]   one more build, or the same with other variables; may be given several times
            """);
        return 2;
}
