using EventGateway.Core.Model;
using EventGateway.Core.Sealing;
using Google.Protobuf;

namespace EventGateway.Core.Wire;

internal static class CertificateWire
{
    public static readonly MessageParser<V1.Certificate> Parser = V1.Certificate.Parser.WithDiscardUnknownFields(true);

    public static V1.Certificate ToMessage(Certificate certificate)
    {
        var key = (SealedSecret)certificate.PrivateKey;
        var message = new V1.Certificate
        {
            ChainPem = certificate.ChainPem,
            PrivateKey = new V1.SealedSecret
            {
                KeyId = key.KeyId,
                Nonce = ByteString.CopyFrom(key.Nonce.Span),
                Ciphertext = ByteString.CopyFrom(key.Ciphertext.Span),
            },
            CreatedUnixUs = UnixMicroseconds.From(certificate.CreatedAt),
            Source = certificate.Source,
        };
        message.ServerNames.AddRange(certificate.ServerNames);
        return message;
    }

    public static Certificate ToEntity(EntityKey key, V1.Certificate message)
    {
        var secret = message.PrivateKey ?? throw new FormatException("the certificate has no private key");
        return new Certificate(key)
        {
            ServerNames = [.. message.ServerNames],
            ChainPem = message.ChainPem,
            PrivateKey = new SealedSecret(secret.KeyId, secret.Nonce.Memory, secret.Ciphertext.Memory),
            CreatedAt = UnixMicroseconds.ToTime(message.CreatedUnixUs),
            Source = message.Source,
        };
    }
}
