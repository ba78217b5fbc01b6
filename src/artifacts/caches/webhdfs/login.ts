/** Who asks a cluster: what it adds to every request's query. */
export interface HdfsLogin {
  /** For the log: `as alice`, `with the delegation token in HDFS_DELEGATION_TOKEN`. */
  readonly title: string;
  /** @param base address of the namenode or HttpFS server that is asked. */
  query(base: string): Promise<Readonly<Record<string, string>>>;
  /** Gets new credentials in place of refused ones. @returns whether there are other ones now. */
  renew(): boolean;
  /** Gives back what was lent for this run. What cannot be given back ends by itself. */
  end?(): Promise<void>;
}

/** Simple authentication: the cluster believes the name. Without one it is its own default user. */
export function simpleLogin(user: string | undefined, proxyUser: string | undefined): HdfsLogin {
  return {
    title: user === undefined ? "without a user name" : `as ${user}, without a proof of it`,
    query: async () => ({
      ...(user === undefined ? {} : { "user.name": user }),
      ...(proxyUser === undefined ? {} : { doas: proxyUser }),
    }),
    renew: () => false,
  };
}

/** A token that somebody got for this run. */
export function tokenLogin(token: string): HdfsLogin {
  return {
    title: "with the delegation token in HDFS_DELEGATION_TOKEN",
    query: async () => ({ delegation: token }),
    renew: () => false,
  };
}
