using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;

namespace EventGateway.Proxy.Tls;

/// <summary>
/// Lifts the demands that a change set removes. It runs behind the routing table, where the table itself runs before it: a route and the demand that
/// guards it come and go in one change set, and at no moment is the route there without the demand.
/// </summary>
internal sealed class ClientValidationLift(ClientValidationTable table) : IImagePublisher
{
    public string Name => "client-certificates-lift";

    public void OnImage(LogName log, ConfigDelta delta, ConfigImage image) => table.Lift(log, delta);
}
