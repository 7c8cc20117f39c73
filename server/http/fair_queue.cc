#include "server/http/fair_queue.h"

#include <algorithm>
#include <iterator>

namespace temblor {
namespace {

/// How much one request moves what is typical.
constexpr double kNewest = 1.0 / 64;
constexpr double kNewcomersPart = 0.25;
constexpr double kMostPaid = 2;  ///< typical requests
constexpr uint64_t kNewcomers = 0;

}  // namespace

std::optional<WaitingWork> FairQueue::push(WaitingWork&& work, size_t limit) {
    const RequestSource source = work.source;
    Client& client = client_of(source);
    if (client.waiting == 0) {
        client.served = std::max(client.served, now_ - typical_);
        order_.emplace(client.served, source.client);
    }
    const bool known = client.connections.contains(source.connection);
    const uint64_t id = known ? source.connection : kNewcomers;
    Flow& flow = flow_of(client, id);
    if (flow.waiting.empty()) {
        flow.served = std::max(flow.served, client.now - typical_);
        client.order.emplace(flow.served, id);
    }
    flow.waiting.push_back(all_.insert(all_.end(), {std::move(work), id}));
    ++client.waiting;
    if (all_.size() <= limit) return std::nullopt;
    return take_heaviest();
}

std::optional<WaitingWork> FairQueue::pop() {
    if (order_.empty()) return std::nullopt;
    Client& client = clients_.at(order_.begin()->second);
    now_ = client.served;
    const auto [share, id] = *client.order.begin();
    client.now = share;
    if (id == kNewcomers) {
        const double others = static_cast<double>(client.order.size()) - 1;
        add_share(client, id, typical_ / std::max(1.0, kNewcomersPart * others));
    }
    WaitingWork work = take(flow_of(client, id).waiting.front());
    client.connections.try_emplace(work.source.connection, Flow{.served = client.now});
    return work;
}

std::optional<WaitingWork> FairQueue::pop_older_than(Clock::time_point time) {
    if (all_.empty() || all_.front().work.since >= time) return std::nullopt;
    return take(all_.begin());
}

void FairQueue::charge(RequestSource source, Clock::duration time) {
    const Share seconds = std::chrono::duration<Share>(time).count();
    typical_ += (seconds - typical_) * kNewest;
    Client& client = client_of(source);
    if (client.waiting > 0) {
        order_.erase({client.served, source.client});
        order_.emplace(client.served += seconds, source.client);
    } else {
        client.served = std::max(client.served, now_ - typical_) + seconds;
    }
    client.connections.try_emplace(source.connection, Flow{.served = client.now});
    add_share(client, source.connection, std::min(seconds, kMostPaid * typical_));
}

void FairQueue::forget(RequestSource source) {
    const auto client = clients_.find(source.client);
    if (client == clients_.end()) return;
    client->second.connections.erase(source.connection);
    if (client->second.connections.empty() && client->second.waiting == 0) clients_.erase(client);
}

FairQueue::Client& FairQueue::client_of(RequestSource source) {
    return clients_.try_emplace(source.client, Client{.served = now_ + typical_}).first->second;
}

FairQueue::Flow& FairQueue::flow_of(Client& client, uint64_t id) {
    return id == kNewcomers ? client.newcomers : client.connections.at(id);
}

void FairQueue::add_share(Client& client, uint64_t id, Share seconds) const {
    Flow& flow = flow_of(client, id);
    if (flow.waiting.empty()) {
        flow.served = std::max(flow.served, client.now - typical_) + seconds;
        return;
    }
    client.order.erase({flow.served, id});
    client.order.emplace(flow.served += seconds, id);
}

WaitingWork FairQueue::take(Position position) {
    const uint64_t client_id = position->work.source.client;
    const uint64_t id = position->flow;
    Client& client = clients_.at(client_id);
    Flow& flow = flow_of(client, id);
    flow.waiting.remove(position);
    if (flow.waiting.empty()) client.order.erase({flow.served, id});
    if (--client.waiting == 0) order_.erase({client.served, client_id});
    WaitingWork work = std::move(position->work);
    all_.erase(position);
    return work;
}

WaitingWork FairQueue::take_heaviest() {
    Client& client =
        std::max_element(clients_.begin(), clients_.end(), [](const auto& a, const auto& b) {
            return a.second.waiting < b.second.waiting;
        })->second;
    return take(flow_of(client, client.order.rbegin()->second).waiting.back());
}

}  // namespace temblor
