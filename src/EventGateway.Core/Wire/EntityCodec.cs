using System.Buffers;
using EventGateway.Core.Image;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Sealing;
using Google.Protobuf;

namespace EventGateway.Core.Wire;

/// <summary>
/// Entities to bytes and back. The bytes are canonical: fields in the order of their numbers, no maps, so that equal entities
/// always have equal bytes and one content hash.
/// </summary>
public static class EntityCodec
{
    private const string FeaturePrefix = "!feature/";

    /// <summary>The change that puts an entity into a log.</summary>
    /// <exception cref="InvalidOperationException">A certificate's key is not sealed: it must never be written in clear.</exception>
    public static Change ToChange(Entity entity, Provenance provenance)
    {
        var body = Encode(entity);
        return new Change(entity.Key, entity, body, ContentHash.Of(body.Span), provenance);
    }

    /// <exception cref="InvalidOperationException">A certificate's key is not sealed: it must never be written in clear.</exception>
    public static ReadOnlyMemory<byte> Encode(Entity entity)
    {
        if (!entity.BodyAsRead.IsEmpty)
        {
            return entity.BodyAsRead;
        }

        return entity switch
        {
            Listener e => ListenerWire.ToMessage(e).ToByteArray(),
            Route e => RouteWire.ToMessage(e).ToByteArray(),
            Backend e => BackendWire.ToMessage(e).ToByteArray(),
            Endpoints e => EndpointsWire.ToMessage(e).ToByteArray(),
            Certificate { PrivateKey: not SealedSecret } => throw new InvalidOperationException($"{entity.Key}: the private key is not sealed"),
            Certificate e => CertificateWire.ToMessage(e).ToByteArray(),
            Feature e => new V1.Feature { Name = e.Key.Text[FeaturePrefix.Length..], Level = (uint)e.Level }.ToByteArray(),
            OpaqueEntity e => e.Body,
            _ => throw new ArgumentException($"No wire form for {entity.GetType().Name}.", nameof(entity)),
        };
    }

    internal static V1.Kind KindOf(Entity entity) => entity switch
    {
        Listener => V1.Kind.Listener,
        Route => V1.Kind.Route,
        Backend => V1.Kind.Backend,
        Endpoints => V1.Kind.Endpoints,
        Certificate => V1.Kind.Certificate,
        Feature => V1.Kind.Feature,
        OpaqueEntity e => (V1.Kind)e.WireKind,
        _ => V1.Kind.Unspecified,
    };

    /// <exception cref="InvalidProtocolBufferException">The bytes are no such message.</exception>
    /// <exception cref="FormatException">A field holds something no entity can hold.</exception>
    internal static Entity Decode(EntityKey key, V1.Kind kind, ByteString body) => key.Kind switch
    {
        EntityKind.Listener => Read(body, ListenerWire.Parser, m => ListenerWire.ToEntity(key, m)),
        EntityKind.Route => Read(body, RouteWire.Parser, m => RouteWire.ToEntity(key, m)),
        EntityKind.Backend => Read(body, BackendWire.Parser, m => BackendWire.ToEntity(key, m)),
        EntityKind.Endpoints => Read(body, EndpointsWire.Parser, m => EndpointsWire.ToEntity(key, m)),
        EntityKind.Certificate => Read(body, CertificateWire.Parser, m => CertificateWire.ToEntity(key, m)),
        EntityKind.Feature => Read(body, FeatureParser, m => FeatureOf(key, m)),
        _ => new OpaqueEntity(key, (int)kind, body.ToByteArray()),
    };

    private static readonly MessageParser<V1.Feature> FeatureParser = V1.Feature.Parser.WithDiscardUnknownFields(true);

    private static Feature FeatureOf(EntityKey key, V1.Feature message) => message.Name == key.Text[FeaturePrefix.Length..]
        ? new Feature(key) { Level = (int)message.Level }
        : throw new FormatException($"it names the feature '{message.Name}', its key another");

    /// <summary>The parsers drop what they do not know, also in nested messages; bytes that differ tell that there was something.</summary>
    private static Entity Read<TMessage>(ByteString body, MessageParser<TMessage> parser, Func<TMessage, Entity> toEntity)
        where TMessage : IMessage<TMessage>
    {
        var message = parser.ParseFrom(body);
        var entity = toEntity(message);
        return IsWrittenAs(message, body.Span) ? entity : entity with { BodyAsRead = body.ToByteArray() };
    }

    private static bool IsWrittenAs(IMessage message, ReadOnlySpan<byte> body)
    {
        var size = message.CalculateSize();
        if (size != body.Length)
        {
            return false;
        }

        var rented = ArrayPool<byte>.Shared.Rent(size);
        message.WriteTo(rented.AsSpan(0, size));
        var isSame = body.SequenceEqual(rented.AsSpan(0, size));
        ArrayPool<byte>.Shared.Return(rented);
        return isSame;
    }
}
