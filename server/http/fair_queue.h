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
    uint64_t connection = 1;  ///< from 1
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
/// Cheng, SIGCOMM 1996). First requests of new connections share a quarter of their client's time
/// when it is scarce: one is served soon, but many do not starve the connections that stay.
/// Time for an operation: O(log n), where the limit is exceeded O(clients). Not thread-safe.
class FairQueue {
public:
    using Clock = std::chrono::steady_clock;

    /// Takes `work`; when more than `limit` wait then, gives back the one that must go: of the
    /// client that has most waiting, of its connection that was served most.
    std::optional<WaitingWork> push(WaitingWork&& work, size_t limit);
    /// The next to run; nothing when none waits.
    std::optional<WaitingWork> pop();
    /// The one that waits longest, if it came before `time`.
    std::optional<WaitingWork> pop_older_than(Clock::time_point time);
    /// `source` was served for so long. A connection pays for two usual requests at most, or one
    /// slow request would keep it waiting for many rounds; its client pays for all.
    void charge(RequestSource source, Clock::duration time);
    /// The connection is gone; nothing of it waits.
    void forget(RequestSource source);

    [[nodiscard]] size_t size() const { return all_.size(); }

private:
    using Share = double;  ///< seconds
    /// Who has something waiting, least served first.
    using Order = std::set<std::pair<Share, uint64_t>>;

    struct Entry {
        WaitingWork work;
        uint64_t flow;
    };
    using Position = std::list<Entry>::iterator;
    /// A connection, or the first requests of all new ones.
    struct Flow {
        Share served = 0;
        std::list<Position> waiting{};
    };
    struct Client {
        Share served = 0;
        Share now = 0;  ///< the share of its flow that was served last
        size_t waiting = 0;
        Order order{};
        Flow newcomers{};
        std::unordered_map<uint64_t, Flow> connections{};
    };

    Client& client_of(RequestSource source);
    static Flow& flow_of(Client& client, uint64_t id);
    void add_share(Client& client, uint64_t flow, Share seconds) const;
    WaitingWork take(Position position);
    WaitingWork take_heaviest();

    Share now_ = 0;         ///< the share of the client that was served last
    Share typical_ = 0;     ///< of one request
    std::list<Entry> all_;  ///< oldest first
    Order order_;
    std::unordered_map<uint64_t, Client> clients_;
};

}  // namespace temblor
