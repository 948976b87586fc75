using System.Buffers;
using System.Text;
using System.Text.Json;
using EventGateway.Sources.Kubernetes.Watch;
using k8s.Models;
using Xunit;

namespace EventGateway.Sources.Tests.Kubernetes.Watch;

public sealed class ObjectDecoderTests
{
    private const string Ingress = """
        {"metadata":{"name":"web","namespace":"shop","resourceVersion":"41","uid":"u","generation":3,
          "annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{ a long text }"},
          "managedFields":[{"manager":"helm","operation":"Update","time":"2026-01-02T00:00:00Z","fieldsV1":{"f:spec":{}}},
                           {"manager":"kubectl","operation":"Update","time":"2026-01-03T00:00:00Z"},{"manager":"old","time":"2025-01-03T00:00:00Z"}]},
         "spec":{"ingressClassName":"kong","rules":[{"host":"a.test"}]}}
        """;

    [Fact]
    public void Decode_WhatNobodyReads_IsNotKept()
    {
        var item = Decode(WatchedKinds.Ingress, Ingress);
        Assert.Equal(("shop", "web", "41"), (item.Id.Namespace, item.Id.Name, item.Version.Text));
        Assert.Null(item.Object!.Metadata.ManagedFields);
        Assert.Null(item.Object.Metadata.Annotations);
        Assert.Equal("kubectl", item.Object.Provenance.Author);
        Assert.Equal((3, "41", "u"), (item.Object.Provenance.Generation, item.Object.Provenance.ResourceVersion, item.Object.Provenance.Uid));
        Assert.Equal("a.test", ((V1Ingress)item.Object.Typed!).Spec.Rules[0].Host);
    }

    [Fact]
    public void Decode_Secret_KeepsOnlyKeysOfUse()
    {
        var item = Decode(WatchedKinds.Secret, """{"metadata":{"name":"s","namespace":"shop","resourceVersion":"1"},"type":"kubernetes.io/tls","data":{"tls.crt":"YQ==","tls.key":"Yg==","password":"Yw=="}}""");
        Assert.Equal(["tls.crt", "tls.key"], ((V1Secret)item.Object!.Typed!).Data.Keys.Order());
    }

    [Theory]
    [InlineData("""{"spec":{"rules":7},"metadata":{"labels":{"name":"x"},"name":"web","namespace":"shop","resourceVersion":"9"}}""", "web")]
    [InlineData("""{"metadata":{"name":"web","namespace":"shop","resourceVersion":"9"},"spec":{"rules":[{"http":{"paths":"no"}}]}}""", "web")]
    [InlineData("""{"metadata":{"name":"Not A Name","namespace":"shop","resourceVersion":"9"},"spec":{}}""", "Not A Name")]
    [InlineData("""{"metadata":{"namespace":"shop","resourceVersion":"9"},"spec":{}}""", "")]
    public void Decode_BadObject_IsToldByName(string json, string name)
    {
        var item = Decode(WatchedKinds.Ingress, json);
        Assert.Null(item.Object);
        Assert.Equal((name, "9"), (item.Id.Name, item.Version.Text));
        Assert.NotEqual("", item.Fault);
    }

    [Fact]
    public void Decode_BadSecret_DoesNotQuoteIt()
    {
        var item = Decode(WatchedKinds.Secret, """{"metadata":{"name":"s","namespace":"shop","resourceVersion":"1"},"data":{"tls.key":"hunter2 is no base64"}}""");
        Assert.Null(item.Object);
        Assert.DoesNotContain("hunter2", item.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadPage_OneBadItem_HarmsNoOther()
    {
        var page = ListPageReader.Read(WatchedKinds.Ingress, Encoding.UTF8.GetBytes($$$"""
            {"kind":"IngressList","items":[{{{Ingress}}},{"metadata":{"name":"bad","namespace":"shop"},"spec":[]},{{{Ingress.Replace("\"web\"", "\"api\"", StringComparison.Ordinal)}}}],
             "metadata":{"continue":"next","resourceVersion":"77","remainingItemCount":3}}
            """), DateTimeOffset.UnixEpoch);
        Assert.Equal(["web", "bad", "api"], page.Items.Select(i => i.Id.Name));
        Assert.Equal([true, false, true], page.Items.Select(i => i.Object is not null));
        Assert.Equal(("77", "next"), (page.Version.Text, page.Continue));
    }

    [Fact]
    public void ReadPage_CutOffAnywhere_IsNoList()
    {
        var whole = Encoding.UTF8.GetBytes($$$"""{"items":[{{{Ingress}}}],"metadata":{"resourceVersion":"77"}}""");
        Assert.Single(ListPageReader.Read(WatchedKinds.Ingress, whole, DateTimeOffset.UnixEpoch).Items);
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.ThrowsAny<JsonException>(() => ListPageReader.Read(WatchedKinds.Ingress, whole.AsSpan(0, length), DateTimeOffset.UnixEpoch));
        }
    }

    [Fact]
    public void ReadEvent_OfEachType_IsToldApart()
    {
        Assert.Equal((WatchEventType.Added, "web"), Event("{\"type\":\"ADDED\",\"object\":" + Ingress + "}"));
        Assert.Equal((WatchEventType.Deleted, "web"), Event("{\"object\":" + Ingress + ",\"type\":\"DELETED\"}"));
        Assert.Equal((WatchEventType.Bookmark, ""), Event("""{"type":"BOOKMARK","object":{"kind":"Ingress","metadata":{"resourceVersion":"12"}}}"""));
        Assert.Equal((WatchEventType.Other, ""), Event("""{"type":"NEWS","object":{"kind":"Ingress"}}"""));
        var error = WatchEvent.Read(WatchedKinds.Ingress, Line("""{"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old"}}"""), DateTimeOffset.UnixEpoch);
        Assert.Equal(ApiFault.Expired, error.Fault!.Fault);
    }

    [Theory]
    [InlineData("9", "10", true)]
    [InlineData("10", "10", true)]
    [InlineData("11", "10", false)]
    [InlineData("18446744073709551615", "18446744073709551614", false)]
    [InlineData("a", "a", true)]
    [InlineData("a", "b", false)]
    [InlineData("a", "1", false)]
    [InlineData("", "", false)]
    public void Version_IsCoveredBy_ComparesNumbersAndOnlyThem(string mine, string other, bool expected) =>
        Assert.Equal(expected, new ResourceVersion(mine).IsCoveredBy(new ResourceVersion(other)));

    private static (WatchEventType, string) Event(string line)
    {
        var read = WatchEvent.Read(WatchedKinds.Ingress, Line(line), DateTimeOffset.UnixEpoch);
        return (read.Type, read.Object?.Id.Name ?? "");
    }

    // In two parts, as lines of a stream come.
    private static ReadOnlySequence<byte> Line(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text.ReplaceLineEndings(" "));
        var first = new Part(bytes.AsMemory(0, bytes.Length / 2), 0);
        return new ReadOnlySequence<byte>(first, 0, first.Append(bytes.AsMemory(bytes.Length / 2)), bytes.Length - (bytes.Length / 2));
    }

    private static DecodedObject Decode(WatchedKind kind, string json) => ObjectDecoder.Decode(kind, Encoding.UTF8.GetBytes(json), DateTimeOffset.UnixEpoch);

    private sealed class Part : ReadOnlySequenceSegment<byte>
    {
        public Part(ReadOnlyMemory<byte> memory, long at)
        {
            Memory = memory;
            RunningIndex = at;
        }

        public Part Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Part(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
