using System.Collections.Immutable;
using CsCheck;
using EventGateway.Core.Publishing;
using EventGateway.Sources.Kubernetes.Translation;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static EventGateway.Sources.Tests.KubernetesObjects;

namespace EventGateway.Sources.Tests;

public sealed class TranslatorPropertyTests
{
    private static readonly string[] Namespaces = ["a", "b", "c"];
    private static readonly string[] Secrets = ["", "tls-1", "tls-2"];
    private static readonly string[] Types = ["Prefix", "Exact", "ImplementationSpecific", "wrong"];
    private static readonly string[] Paths = ["/", "/x", "/x/", "/~/x.*", "/~(", "no-slash"];
    private static readonly string[] Hosts = ["one.test", "two.test", "*.test", "not_valid"];

    private static readonly Gen<PlacedObject> AnyIngress =
        from ns in From(Namespaces)
        from name in Gen.Int[0, 3]
        from path in From(Paths)
        from type in From(Types)
        from host in From(Hosts)
        from service in Gen.Int[0, 2]
        from secret in From(Secrets)
        from day in Gen.Int[0, 3]
        from flag in From("true", "true", "true", "nonsense")
        from port in From(80, 80, 81)
        from ca in From("", "", "ca", "nobody")
        select Ingress(
            ns, $"web-{name}", path, host, $"svc-{service}", secret.Length == 0 ? null : secret, type,
            day == 0 ? null : new DateTime(2026, 1, day, 0, 0, 0, DateTimeKind.Utc), Some(("konghq.com/strip-path", flag), ("eventgateway.io/client-ca-secret", ca)), port);

    private static readonly Gen<PlacedObject> AnyService =
        from ns in From(Namespaces)
        from name in Gen.Int[0, 2]
        from port in From(80, 81)
        from external in From("", "", "out.test")
        from protocol in From("http", "https", "https", "smtp")
        from policy in From("", "policy-0", "policy-1")
        from client in From("", "", "tls-1")
        from ca in From("", "ca", "ca,nobody", "nobody")
        from verify in From("true", "false")
        select Service(
            ns, $"svc-{name}", port, external.Length == 0 ? null : external,
            Some(
                ("konghq.com/protocol", protocol), ("konghq.com/upstream-policy", policy), ("konghq.com/client-cert", client),
                ("konghq.com/ca-certificates-secrets", ca), ("konghq.com/tls-verify", verify)));

    private static readonly Gen<PlacedObject> AnyPolicy =
        from ns in From(Namespaces)
        from name in Gen.Int[0, 1]
        from algorithm in From("latency", "consistent-hashing", "wrong")
        from interval in Gen.Int[0, 2]
        select UpstreamPolicy(ns, $"policy-{name}", algorithm, interval);

    private static readonly Gen<PlacedObject> AnyTcpIngress =
        from ns in From(Namespaces)
        from name in Gen.Int[0, 2]
        from port in From(9000, 9001, 0)
        from host in From("", "one.test", "not_valid")
        from service in Gen.Int[0, 2]
        from secret in From(Secrets)
        from day in Gen.Int[0, 2]
        select TcpIngress(
            ns, $"web-{name}", port, host.Length == 0 ? null : host, $"svc-{service}", secret.Length == 0 ? null : secret,
            day == 0 ? null : new DateTime(2026, 1, day, 0, 0, 0, DateTimeKind.Utc));

    private static readonly Gen<PlacedObject> AnyCa =
        from ns in From(Namespaces)
        from certificate in From("ca-one", "ca-two", "")
        select CaSecret(ns, "ca", certificate);

    private static readonly Gen<PlacedObject> AnySlice =
        from ns in From(Namespaces)
        from name in Gen.Int[0, 2]
        from service in Gen.Int[0, 2]
        from address in From("10.0.0.1", "10.0.0.2", "bad")
        select Slice(ns, $"slice-{name}", $"svc-{service}", address);

    private static readonly Gen<PlacedObject> AnySecret =
        from ns in From(Namespaces)
        from name in Gen.Int[1, 2]
        from certificate in From("shop", "common-name")
        from key in From("shop", "common-name")
        select Secret(ns, $"tls-{name}", certificate, key);

    private static readonly Gen<PlacedObject> AnyClass =
        from name in From("kong", "own")
        from controller in From("eventgateway.io/ingress-controller", "other")
        from isDefault in Gen.Bool
        select IngressClass(name, controller, isDefault);

    private static readonly Gen<PlacedObject> AnyObject = Gen.Frequency(
        (5, AnyIngress), (3, AnyService), (2, AnySlice), (2, AnySecret), (2, AnyPolicy), (2, AnyTcpIngress), (2, AnyCa), (1, AnyClass));

    /// <summary>Each step adds or replaces some objects and removes others, by identity.</summary>
    private static readonly Gen<(PlacedObject[] Put, int[] Removed)[]> AnyEdits =
        Gen.Select(AnyObject.Array[0, 6], Gen.Int[0, 1000].Array[0, 3]).Array[1, 8];

    [Fact]
    public void Translate_RandomEdits_IncrementalEqualsWhole() => AnyEdits.Sample(
        edits =>
        {
            var time = new FakeTimeProvider(TestCertificates.Today);
            var incremental = new Translator(new TranslationOptions(), time);
            var objects = new SortedDictionary<string, PlacedObject>(StringComparer.Ordinal);
            ClusterSnapshot? snapshot = null;
            Translation? before = null;
            foreach (var (put, removed) in edits)
            {
                foreach (var placed in put)
                {
                    objects[placed.Object.Id.ToString()] = placed;
                }

                foreach (var index in removed.Where(_ => objects.Count > 0))
                {
                    objects.Remove(objects.Keys.ElementAt(index % objects.Count));
                }

                snapshot = ClusterSnapshot.Of(objects.Values, snapshot);
                var actual = incremental.Translate(snapshot);
                var expected = new Translator(new TranslationOptions(), time).Translate(ClusterSnapshot.Of(objects.Values));
                Assert.Equal(TextOf(expected), TextOf(actual));
                AssertUnchangedAreSame(before, actual);
                before = actual;
            }
        },
        iter: 400);

    [Fact]
    public void Translate_BadObjectAdded_EntitiesOfOthersStayTheSame()
    {
        var bad = Gen.OneOf(
            AnyIngress.Select(i => Ingress(i.Object.Id.Namespace, "bad", "no-slash")),
            AnyIngress.Select(i => Ingress(i.Object.Id.Namespace, "bad", "/~(", pathType: "ImplementationSpecific")),
            AnyIngress.Select(i => Ingress(i.Object.Id.Namespace, "bad", "/", host: "not_valid")),
            AnyIngress.Select(i => Ingress(i.Object.Id.Namespace, "bad", "/", annotations: new() { ["konghq.com/protocols"] = "smtp" })),
            AnySecret.Select(s => Secret(s.Object.Id.Namespace, "bad", "shop", "common-name")),
            AnySlice.Select(s => Slice(s.Object.Id.Namespace, "bad", "svc-0", "bad-address")),
            AnyService.Select(s => Service(s.Object.Id.Namespace, "bad", 0)));
        Gen.Select(AnyObject.Array[0, 25], bad).Sample((random, badObject) =>
        {
            var time = new FakeTimeProvider(TestCertificates.Today);
            var objects = random.DistinctBy(o => o.Object.Id).ToList();
            var without = new Translator(new TranslationOptions { TakeClassless = true }, time).Translate(ClusterSnapshot.Of(objects));
            var with = new Translator(new TranslationOptions { TakeClassless = true }, time).Translate(ClusterSnapshot.Of(objects.Append(badObject)));

            var others = with.Desired.ToDictionary(d => d.Key, d => DesiredText.Of(new DesiredState(d.Value.Entities.RemoveRange(d.Value.Entities.Keys.Where(k => IsOf(k.Text, badObject))))));
            foreach (var (workspace, state) in without.Desired)
            {
                Assert.Equal(DesiredText.Of(state), others[workspace]);
            }

            Assert.Equal(without.Verdicts.Select(v => (v.DisplayName, v.Outcome)), with.Verdicts.Where(v => v.Name != "bad").Select(v => (v.DisplayName, v.Outcome)));
        }, iter: 400);
    }

    private static Dictionary<string, string> Some(params (string Name, string Value)[] annotations) =>
        annotations.Where(a => a.Value.Length > 0).ToDictionary(a => a.Name, a => a.Value);

    private static Gen<T> From<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static bool IsOf(string key, PlacedObject placed) => key.Split('/') is [_, var ns, var name, ..] && ns == placed.Object.Id.Namespace && name == "bad";

    private static void AssertUnchangedAreSame(Translation? before, Translation now)
    {
        foreach (var (workspace, state) in now.Desired)
        {
            if (before?.Desired.GetValueOrDefault(workspace) is { } old && old.Entities.Count == state.Entities.Count
                && state.Entities.All(e => ReferenceEquals(old.Entities.GetValueOrDefault(e.Key), e.Value)))
            {
                Assert.Same(old, state);
            }
        }
    }

    private static string TextOf(Translation translation) =>
        string.Join('\n', translation.Desired.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => d.Key + DesiredText.Of(d.Value)))
        + DesiredText.Of(translation.Verdicts, "/");
}
