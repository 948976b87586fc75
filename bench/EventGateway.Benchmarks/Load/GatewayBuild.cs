namespace EventGateway.Benchmarks.Load;

/// <summary>A build of the gateway to compare, and variables to start it with: <c>NAME=PATH/eventgateway.dll[,VARIABLE=VALUE...]</c>.</summary>
internal sealed record GatewayBuild(string Name, string Executable, IReadOnlyList<(string Variable, string Value)> Environment)
{
    public static GatewayBuild Parse(string text)
    {
        var parts = text.Split(',').Select(part => part.Split('=', 2)).Select(p => p is [var left, var right] ? (left, right) : throw new FormatException(
            $"'{text}': write NAME=PATH/eventgateway.dll[,VARIABLE=VALUE...].")).ToList();
        return new GatewayBuild(parts[0].Item1, parts[0].Item2, parts[1..]);
    }
}
