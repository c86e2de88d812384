package io.baton.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketException;
import java.util.concurrent.Future;

/** What a connection can be at when it is moved, what happens to it on the way, and how its ends see that nothing was lost. */
enum MovingState {
    IDLE {
        @Override
        Afterwards prepare(MoveScene scene) throws Exception {
            scene.connect();
            ResetTest.exchange(scene.client(), scene.server());
            return () -> stillGood(scene);
        }
    },
    NOTHING_SAID_YET {
        @Override
        Afterwards prepare(MoveScene scene) throws Exception {
            scene.connect();
            return () -> stillGood(scene);
        }
    },
    BYTES_IN_THE_PIPE_TO_THE_CLIENT {
        @Override
        Afterwards prepare(MoveScene scene) throws Exception {
            scene.connect(4096);
            Future<String> sent = Traffic.async(() -> Traffic.send(scene.server(), BULK, 100_000, 1));
            scene.untilStuck();
            return () -> {
                assertThat(Traffic.receive(scene.client(), BULK)).isEqualTo(Traffic.get(sent));
                return stillGood(scene);
            };
        }
    },
    BYTES_IN_THE_PIPE_TO_THE_SERVER {
        @Override
        Afterwards prepare(MoveScene scene) throws Exception {
            scene.connect();
            Future<String> sent = Traffic.async(() -> Traffic.send(scene.client(), BULK, 100_000, 2));
            scene.untilStuck();
            return () -> {
                assertThat(Traffic.receive(scene.server(), BULK)).isEqualTo(Traffic.get(sent));
                return stillGood(scene);
            };
        }
    },
    BYTES_IN_BOTH_PIPES {
        @Override
        Afterwards prepare(MoveScene scene) throws Exception {
            scene.connect(4096);
            Future<String> up = Traffic.async(() -> Traffic.send(scene.client(), BULK, 100_000, 3));
            Future<String> down = Traffic.async(() -> Traffic.send(scene.server(), BULK, 100_000, 4));
            scene.untilStuck();
            return () -> {
                Future<String> atServer = Traffic.async(() -> Traffic.receive(scene.server(), BULK));
                assertThat(Traffic.receive(scene.client(), BULK)).isEqualTo(Traffic.get(down));
                assertThat(Traffic.get(atServer)).isEqualTo(Traffic.get(up));
                return stillGood(scene);
            };
        }
    },
    STUCK_WITHOUT_A_PIPE {
        @Override
        boolean withPipes() {
            return false;
        }

        @Override
        Afterwards prepare(MoveScene scene) throws Exception {
            return BYTES_IN_BOTH_PIPES.prepare(scene);
        }
    },
    CLIENT_HAS_ENDED {
        @Override
        Afterwards prepare(MoveScene scene) throws Exception {
            scene.connect();
            scene.client().getOutputStream().write("question".getBytes(UTF_8));
            scene.client().shutdownOutput();
            assertThat(scene.server().getInputStream().readAllBytes())
                    .asString()
                    .isEqualTo("question");
            return () -> {
                Future<String> received = Traffic.async(() -> Traffic.receiveAll(scene.client()));
                String sent = Traffic.send(scene.server(), BULK, 100_000, 5);
                scene.server().close();
                assertThat(Traffic.get(received)).isEqualTo(sent);
                return ConnectionOutcome.COMPLETED;
            };
        }
    },
    SERVER_HAS_ENDED {
        @Override
        Afterwards prepare(MoveScene scene) throws Exception {
            scene.connect();
            scene.server().shutdownOutput();
            assertThat(scene.client().getInputStream().read()).isEqualTo(-1);
            return () -> {
                Future<String> received = Traffic.async(() -> Traffic.receiveAll(scene.server()));
                String sent = Traffic.send(scene.client(), BULK, 100_000, 6);
                scene.client().close();
                assertThat(Traffic.get(received)).isEqualTo(sent);
                return ConnectionOutcome.COMPLETED;
            };
        }
    },
    END_BEHIND_THE_BYTES_IN_THE_PIPE {
        @Override
        Afterwards prepare(MoveScene scene) throws Exception {
            scene.connect(4096);
            Future<String> sent = Traffic.async(() -> {
                String hash = Traffic.send(scene.server(), BULK, 100_000, 7);
                scene.server().shutdownOutput();
                return hash;
            });
            scene.untilStuck();
            return () -> {
                assertThat(Traffic.receiveAll(scene.client())).isEqualTo(Traffic.get(sent));
                scene.client().close();
                assertThat(scene.server().getInputStream().read()).isEqualTo(-1);
                return ConnectionOutcome.COMPLETED;
            };
        }
    },
    SERVER_GONE_AND_ITS_ANSWER_STUCK {
        @Override
        Afterwards prepare(MoveScene scene) throws Exception {
            scene.connect(4096);
            scene.client().shutdownOutput();
            assertThat(scene.server().getInputStream().read()).isEqualTo(-1);
            int size = RestTest.fillDown(scene.first, scene.server());
            scene.server().close();
            Waits.assertAtRest(scene.first.relay);
            return () -> {
                Waits.assertAtRest(scene.owner().relay);
                assertThat(scene.client().getInputStream().readAllBytes()).hasSize(size);
                return ConnectionOutcome.COMPLETED;
            };
        }
    },
    BYTES_COME_ON_THE_WAY {
        @Override
        Afterwards prepare(MoveScene scene) throws Exception {
            scene.connect();
            return () -> {
                assertThat(scene.server().getInputStream().readNBytes(4))
                        .asString()
                        .isEqualTo("ping");
                assertThat(scene.client().getInputStream().readNBytes(4))
                        .asString()
                        .isEqualTo("pong");
                return stillGood(scene);
            };
        }

        @Override
        void onTheWay(MoveScene scene) throws Exception {
            scene.client().getOutputStream().write("ping".getBytes(UTF_8));
            scene.server().getOutputStream().write("pong".getBytes(UTF_8));
        }
    },
    THE_CLIENT_ENDS_ON_THE_WAY {
        @Override
        Afterwards prepare(MoveScene scene) throws Exception {
            scene.connect();
            return () -> {
                assertThat(scene.server().getInputStream().readAllBytes())
                        .asString()
                        .isEqualTo("bye");
                scene.server().close();
                return ConnectionOutcome.COMPLETED;
            };
        }

        @Override
        void onTheWay(MoveScene scene) throws Exception {
            scene.client().getOutputStream().write("bye".getBytes(UTF_8));
            scene.client().close();
        }
    },
    THE_CLIENT_RESETS_ON_THE_WAY {
        @Override
        Afterwards prepare(MoveScene scene) throws Exception {
            scene.connect();
            ResetTest.exchange(scene.client(), scene.server());
            return () -> {
                ResetTest.assertReset(scene.server());
                return ConnectionOutcome.CLIENT_RESET;
            };
        }

        @Override
        void onTheWay(MoveScene scene) throws Exception {
            Traffic.reset(scene.client());
        }
    },
    THE_SERVER_RESETS_ON_THE_WAY {
        @Override
        Afterwards prepare(MoveScene scene) throws Exception {
            scene.connect();
            ResetTest.exchange(scene.client(), scene.server());
            return () -> {
                assertThat(scene.client().getInputStream().readNBytes(10))
                        .asString()
                        .isEqualTo("last words");
                ResetTest.assertReset(scene.client());
                return ConnectionOutcome.UPSTREAM_RESET;
            };
        }

        @Override
        void onTheWay(MoveScene scene) throws Exception {
            scene.server().getOutputStream().write("last words".getBytes(UTF_8));
            Traffic.reset(scene.server());
        }
    },
    THE_SERVER_RESETS_WITH_BYTES_IN_THE_PIPE {
        @Override
        Afterwards prepare(MoveScene scene) throws Exception {
            scene.connect(4096);
            Future<String> sent = Traffic.async(() -> Traffic.send(scene.server(), 1L << 30, 100_000, 8));
            scene.untilStuck();
            return () -> {
                assertThatThrownBy(() -> Traffic.receiveAll(scene.client())).isInstanceOf(SocketException.class);
                assertThatThrownBy(() -> Traffic.get(sent)).hasRootCauseInstanceOf(IOException.class);
                return ConnectionOutcome.UPSTREAM_RESET;
            };
        }

        @Override
        void onTheWay(MoveScene scene) throws Exception {
            Traffic.reset(scene.server());
        }
    },
    HALF_A_HELLO {
        @Override
        Afterwards prepare(MoveScene scene) throws Exception {
            scene.say(" ");
            return () -> {
                Waits.assertAtRest(scene.owner().relay);
                MoveScene.say(scene.client(), "0\n");
                return stillGood(scene.heard(" 0\n"));
            };
        }
    },
    THE_REST_OF_A_HELLO_COMES_ON_THE_WAY {
        @Override
        Afterwards prepare(MoveScene scene) throws Exception {
            scene.say(" ");
            return () -> stillGood(scene.heard(" 0\nhello"));
        }

        @Override
        void onTheWay(MoveScene scene) throws Exception {
            MoveScene.say(scene.client(), "0\nhello");
        }
    },
    HALF_A_HELLO_AND_AN_END_ON_THE_WAY {
        @Override
        Afterwards prepare(MoveScene scene) throws Exception {
            scene.say(" ");
            return () -> {
                ResetTest.assertReset(scene.client());
                return ConnectionOutcome.NO_ROUTE;
            };
        }

        @Override
        void onTheWay(MoveScene scene) throws Exception {
            scene.client().shutdownOutput();
        }
    },
    NO_HELLO_AND_A_RESET_ON_THE_WAY {
        @Override
        Afterwards prepare(MoveScene scene) throws Exception {
            scene.say("");
            return () -> ConnectionOutcome.CLIENT_RESET;
        }

        @Override
        void onTheWay(MoveScene scene) throws Exception {
            Traffic.reset(scene.client());
        }
    },
    DECIDED_BY_ITS_HELLO {
        @Override
        Afterwards prepare(MoveScene scene) throws Exception {
            scene.say("0\n").heard("0\n");
            Waits.until(() -> scene.first.numbers().upstreamConnections() == 1);
            return () -> stillGood(scene);
        }
    };

    /** More than sockets and pipe together hold. */
    static final long BULK = 24L << 20;

    /** How the ends see that nothing was lost. */
    interface Afterwards {
        ConnectionOutcome check() throws Exception;
    }

    boolean withPipes() {
        return true;
    }

    /** Whether what the client says first decides where it goes. */
    boolean routed() {
        return name().contains("HELLO");
    }

    abstract Afterwards prepare(MoveScene scene) throws Exception;

    /** Happens once the connection is quiesced, and before its next owner may touch it. */
    void onTheWay(MoveScene scene) throws Exception {}

    /** That a connection, whatever it went through, is as good as new. */
    static ConnectionOutcome stillGood(MoveScene scene) throws Exception {
        ResetTest.exchange(scene.client(), scene.server());
        scene.client().close();
        scene.server().close();
        return ConnectionOutcome.COMPLETED;
    }
}
