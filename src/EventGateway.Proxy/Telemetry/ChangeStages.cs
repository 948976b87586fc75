using EventGateway.Core.Image;

namespace EventGateway.Proxy.Telemetry;

/// <summary>How long each publisher took with the image that is being handed out. Not for several threads: images are handed out one at a time.</summary>
internal sealed class ChangeStages
{
    private readonly List<(string Publisher, long Started, TimeSpan Took)> _publishers = [];
    private ConfigImage? _image;

    public void Add(ConfigImage image, string publisher, long started, TimeSpan took)
    {
        if (!ReferenceEquals(_image, image))
        {
            _image = image;
            _publishers.Clear();
        }

        _publishers.Add((publisher, started, took));
    }

    /// <summary>In their order; empty: none was measured with this image.</summary>
    public IReadOnlyList<(string Publisher, long Started, TimeSpan Took)> Of(ConfigImage image) => ReferenceEquals(_image, image) ? _publishers : [];
}
