#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

namespace temblor {

/// Whose request it is: requests of one client come over one or more connections.
struct RequestSource {
    uint64_t client = 0;
    uint64_t connection = 0;
};

/// What waits for its turn.
struct WaitingWork {
    std::function<void()> run;
    std::function<void()> refuse;  ///< instead of run
    RequestSource source{};
    std::chrono::steady_clock::time_point since{};  ///< it waits, or runs
};

/// Requests that wait, in an order that shares the server's time: first among clients, then among a
/// client's connections, the next is of whoever was served least. Who asks for little is served as
/// if nobody else asked for much. Staying away earns one request and no more: who comes back begins
/// that much before the share of who is served now (after start-time fair queueing; Goyal, Vin and
/// Cheng, SIGCOMM 1996). Whoever is new begins one request after it, so that a connection a request
/// does not overtake those that stay.
/// Time for an operation: O(log n), where the limit is exceeded O(clients). Not thread-safe.
class FairQueue {
public:
    using Clock = std::chrono::steady_clock;

    explicit FairQueue(size_t limit) : limit_(limit) {}

    /// Takes `work`; when more than the limit wait, gives back the one that must go: of the client
    /// that has most waiting, of its connection that was served most.
    std::optional<WaitingWork> push(WaitingWork&& work);
    /// The next to run; nothing when none waits.
    std::optional<WaitingWork> pop();
    /// The one that waits longest, if it came before `time`.
    std::optional<WaitingWork> pop_older_than(Clock::time_point time);
    /// `source` was served for so long.
    void charge(RequestSource source, Clock::duration time);
    /// The connection is gone; nothing of it waits.
    void forget(RequestSource source);

    [[nodiscard]] size_t size() const { return all_.size(); }

private:
    using Position = std::list<WaitingWork>::iterator;
    using Share = double;  ///< seconds
    /// Who has something waiting, least served first.
    using Order = std::set<std::pair<Share, uint64_t>>;

    struct Connection {
        Share served;
        std::list<Position> waiting{};
    };
    struct Client {
        Share served;
        Share now = 0;  ///< the share of its connection that was served last
        size_t waiting = 0;
        Order order{};
        std::unordered_map<uint64_t, Connection> connections{};
    };

    Client& client_of(RequestSource source);
    Connection& connection_of(Client& client, RequestSource source) const;
    WaitingWork take(Position position);
    WaitingWork take_heaviest();

    const size_t limit_;
    Share now_ = 0;               ///< the share of the client that was served last
    Share typical_ = 0;           ///< of one request
    std::list<WaitingWork> all_;  ///< oldest first
    Order order_;
    std::unordered_map<uint64_t, Client> clients_;
};

}  // namespace temblor
