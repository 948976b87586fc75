using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace EventGateway.TestKit.Kubernetes.Access;

/// <summary>The bearer tokens the server takes. Any thread may ask and change.</summary>
public sealed class TokenTable
{
    private readonly ConcurrentDictionary<string, ApiUser> _users = [];

    /// <summary>A new token of a user; its others stay good.</summary>
    public string Issue(ApiUser user)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        _users[token] = user;
        return token;
    }

    /// <summary>From now on the token is answered with 401.</summary>
    public void Expire(string token) => _users.TryRemove(token, out _);

    public void ExpireAll(ApiUser user)
    {
        foreach (var (token, _) in _users.Where(t => t.Value.Name == user.Name))
        {
            Expire(token);
        }
    }

    public ApiUser? UserOf(string token) => _users.GetValueOrDefault(token);
}
