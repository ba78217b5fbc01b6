import type { Socket } from "node:net";

/** What a server said before it closed is there at once; this is for slow machines. */
const graceMs = 2000;

/**
 * Lets a connection be read to its end before a failed write ends it.
 *
 * A server that refuses an upload answers and closes while we still send. The answer is then waiting in our receive
 * buffer, but the next write fails first, and Node would close the socket unread: an unexplained broken pipe instead
 * of "413" (H05).
 */
export function keepReadingAfterFailedWrite(socket: Socket): void {
  const { _write: write, _writev: writev } = socket;
  const later =
    (done: Done): Done =>
    (error) => {
      if (error === undefined || error === null) done(error);
      else whenRead(socket, () => done(error));
    };
  socket._write = (chunk, encoding, done) => write.call(socket, chunk, encoding, later(done));
  if (writev !== undefined)
    socket._writev = (chunks, done) => writev.call(socket, chunks, later(done));
}

type Done = (error?: Error | null) => void;

function whenRead(socket: Socket, then: () => void): void {
  if (socket.destroyed || socket.readableEnded) {
    then();
    return;
  }
  const finish = (): void => {
    clearTimeout(timer);
    socket.off("end", finish).off("close", finish);
    then();
  };
  const timer = setTimeout(finish, graceMs);
  socket.once("end", finish).once("close", finish);
}
