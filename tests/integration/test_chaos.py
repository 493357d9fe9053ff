"""A short run of ./zhiwen chaos: the real service, Rasa and the reference server killed while people work."""

from benchmarks.chaos.run import chaos

KILLS = 6


def test_nothing_is_lost_or_doubled_when_processes_are_killed(service_url, service_settings, tmp_path):
    """The shared service has built everything already; the one that is killed borrows it."""
    told = []
    result = chaos(tmp_path / "chaos", KILLS, seed=7, builds=service_settings.data, say=told.append)
    assert result["violations"] == {}, result["shown"]
    assert sum(result["kills"].values()) == KILLS
    assert result["citizen_turns"] > 50
    assert result["handoffs"] > 0 and result["messages_delivered"] > 0 and result["answers_of_agents"] > 0
    assert result["work_orders"] > 0
