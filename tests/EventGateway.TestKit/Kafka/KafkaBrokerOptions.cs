namespace EventGateway.TestKit.Kafka;

/// <summary>How a broker of a test's own is started.</summary>
public sealed record KafkaBrokerOptions
{
    /// <summary>Broker settings on top of the usual ones; <c>{port}</c> and <c>{controller}</c> stand for the ports chosen.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Heap of the broker, as java's <c>-Xmx</c> takes it.</summary>
    public string Heap { get; init; } = "512m";

    /// <summary>
    /// A broker that lets in only who knows a password (SASL_PLAINTEXT, PLAIN). The first user may do everything; the others as well, unless
    /// <paramref name="checkRights"/>: then only what ACLs grant them.
    /// </summary>
    public static KafkaBrokerOptions WithPlainLogins(bool checkRights, params (string User, string Password)[] logins) => new()
    {
        Properties = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["listeners"] = "SASL_PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
            ["advertised.listeners"] = "SASL_PLAINTEXT://127.0.0.1:{port}",
            ["inter.broker.listener.name"] = "SASL_PLAINTEXT",
            ["sasl.enabled.mechanisms"] = "PLAIN",
            ["sasl.mechanism.inter.broker.protocol"] = "PLAIN",
            ["listener.name.sasl_plaintext.plain.sasl.jaas.config"] =
                $"org.apache.kafka.common.security.plain.PlainLoginModule required username=\"{logins[0].User}\" password=\"{logins[0].Password}\" "
                + string.Join(' ', logins.Select(l => $"user_{l.User}=\"{l.Password}\"")) + ";",
            ["authorizer.class.name"] = checkRights ? "org.apache.kafka.metadata.authorizer.StandardAuthorizer" : "",

            // The controller's own listener has no login.
            ["super.users"] = $"User:{logins[0].User};User:ANONYMOUS",
        },
    };
}
