using EventGateway.Core.Image;
using EventGateway.Core.Log;

namespace EventGateway.Core.Loading;

/// <summary>
/// Something that follows the images: the routing table, the certificates, acks. Calls for all logs come one at a time. A new
/// publisher first gets every image there is as a delta from empty, through the same call.
/// </summary>
public interface IImagePublisher
{
    /// <summary>For log lines and metrics, for example <c>routing-table</c>.</summary>
    string Name { get; }

    /// <summary>
    /// The log's image is now <paramref name="image"/>; <paramref name="delta"/> is the way there. A throw is counted and reported
    /// with <see cref="Name"/>; the other publishers run all the same. Neither argument may be changed.
    /// </summary>
    void OnImage(LogName log, ConfigDelta delta, ConfigImage image);

    /// <summary>Entities of the log's present image that this publisher cannot use, with reasons a person can act on.</summary>
    IEnumerable<RefusedRecord> Refused(LogName log) => [];
}
