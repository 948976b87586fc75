using EventGateway.Proxy.Tests.Protos;
using Grpc.Core;

namespace EventGateway.Proxy.Tests.Fixtures;

/// <summary>
/// Answers each shape of call: "fail" ends with a status of its own, "wait" goes on until the client gives up. Every answer has a trailer.
/// </summary>
internal sealed class ShapesService : Shapes.ShapesBase
{
    /// <summary>Set when a call that waits was cancelled.</summary>
    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override async Task<Piece> Unary(Piece request, ServerCallContext context)
    {
        context.ResponseTrailers.Add("x-shape", "unary");
        if (request.Text == "wait")
        {
            await WaitAsync(context);
        }

        return request.Text == "fail"
            ? throw new RpcException(new Status(StatusCode.FailedPrecondition, "as asked"), new Metadata { { "x-why", "test" } })
            : new Piece { Text = request.Text, Number = context.Deadline == DateTime.MaxValue ? 0 : 1 };
    }

    public override async Task ServerStream(Piece request, IServerStreamWriter<Piece> responseStream, ServerCallContext context)
    {
        context.ResponseTrailers.Add("x-shape", "server");
        for (var i = 0; i < request.Number; i++)
        {
            await responseStream.WriteAsync(new Piece { Text = request.Text, Number = i });
        }

        if (request.Text == "wait")
        {
            await WaitAsync(context);
        }
    }

    public override async Task<Piece> ClientStream(IAsyncStreamReader<Piece> requestStream, ServerCallContext context)
    {
        context.ResponseTrailers.Add("x-shape", "client");
        var sum = 0;
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            sum += requestStream.Current.Number;
        }

        return new Piece { Number = sum };
    }

    public override async Task Both(IAsyncStreamReader<Piece> requestStream, IServerStreamWriter<Piece> responseStream, ServerCallContext context)
    {
        context.ResponseTrailers.Add("x-shape", "both");
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            await responseStream.WriteAsync(requestStream.Current);
        }
    }

    private async Task WaitAsync(ServerCallContext context)
    {
        var ended = new TaskCompletionSource();
        await using var registration = context.CancellationToken.Register(() => ended.TrySetResult());
        await ended.Task;
        Cancelled.TrySetResult();
        throw new RpcException(new Status(StatusCode.Cancelled, "given up"));
    }
}
